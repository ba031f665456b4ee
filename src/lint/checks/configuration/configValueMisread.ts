import { findPair } from "../../../config/merge.ts";
import { isFalse } from "../../../config/options.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import { type ConfigNode, originOf, type Pair, type Scalar } from "../../../python/tree.ts";
import type { Finding, Fix } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { sshdMakesKeys } from "../sshdMakesKeys.ts";
import { about, isOwn } from "./about.ts";
import { spanOf, textOf, withText } from "./editFile.ts";
import { versionOf } from "./moduleLists.ts";

/** A spelling of a value to which cloud-init gives another meaning. */
interface Misread {
  readonly keys: readonly [string, ...string[]];
  readonly when: (value: ConfigNode) => boolean;
  /** The end of a sentence that begins with the key: what it means to cloud-init, and what to write. */
  readonly means: string;
  /** The intended value, as it should be written. */
  readonly write?: string;
  /** Images in which the value is correct. */
  readonly unless?: (context: CheckContext) => boolean;
}

const isNull = (value: ConfigNode): boolean => value.type === "scalar" && value.kind === "null";
/** A string such as "false" or "no", which Python considers true. */
const isFalseText = (value: ConfigNode): boolean => value.type === "scalar" && value.kind === "str" && isFalse(value);

/** Read in cc_ssh, cc_locale, cc_apt_configure, cc_keys_to_console, cc_growpart and util of 20.4, 22.4, 25.1 and 26.2. */
const MISREAD: readonly Misread[] = [
  {
    keys: ["ssh_deletekeys"],
    when: isFalseText,
    means:
      "is a non-empty string, which counts as true: cloud-init deletes the host keys, and each instance gets its own. Without quotes, false makes all instances keep the host keys of the image",
    write: "false",
  },
  {
    keys: ["ssh_genkeytypes"],
    when: isNull,
    means:
      "is null, which counts as an empty list: cloud-init generates no host keys. Remove the key to get the default types",
    // Stock on Amazon Linux 2, CentOS 7 and RHEL 8, whose sshd makes the keys itself.
    unless: sshdMakesKeys,
  },
  {
    keys: ["disable_root"],
    when: isNull,
    means: "is null, which counts as false: root may log in with the launch key. Remove the key or write true",
    write: "true",
  },
  {
    keys: ["locale"],
    when: isNull,
    means:
      'is null, which is read as the string "None": cloud-init sets that as the locale. Write false to keep the locale',
    write: "false",
  },
  {
    keys: ["apt", "preserve_sources_list"],
    when: isNull,
    means: "is null, which does not count as false: cloud-init preserves the sources. Write true or false",
  },
  {
    keys: ["ssh", "emit_keys_to_console"],
    when: isNull,
    means: "is null, which does not count as false: cloud-init still writes the keys to the console. Write false",
    write: "false",
  },
  {
    keys: ["growpart", "mode"],
    when: isNull,
    means: "is null, which is not a mode: the module fails. Write off to keep the partition",
    write: "off",
  },
  ...["vendor_data", "vendor_data2"].map(
    (key): Misread => ({
      keys: [key],
      when: (value) => value.type !== "mapping",
      means:
        "is not a mapping: cloud-init ignores vendor-data, with a warning. Write {enabled: true} or {enabled: false}",
    }),
  ),
];

/** Settings of a user for which any non-empty string counts as true (distros.create_user, 20.4 to 26.2). */
const USER_FLAGS = ["lock_passwd", "no_create_home", "no_log_init", "no_user_group", "system"];

/** A value that is misread. */
interface Found {
  readonly name: string;
  readonly pair: Pair;
  readonly means: string;
  readonly write: string | undefined;
}

/** Finds quoted booleans and nulls to which cloud-init gives another meaning. */
export function configValueMisread(rule: Rule, context: CheckContext): Finding[] {
  const { config } = context.booted;
  const values = MISREAD.flatMap(({ keys, when, means, write, unless }): Found[] => {
    const pair = config.pair(...(keys as [string]));
    return pair !== undefined && when(pair.value) && unless?.(context) !== true
      ? [{ name: keys.join("."), pair, means, write }]
      : [];
  });
  return atMost([...values, ...misreadOfUsers(context)], (found) => {
    const { name, pair, means } = found;
    if (!isOwn(context, pair.path) && context.booted.base.files.some(({ path }) => path === pair.path))
      return undefined;
    return about(rule, context, {
      message: `${name} ${means}.`,
      cause: originOf(pair),
      prove: () => corrected(found, context),
    });
  });
}

/** The file with the intended value, if cloud-init reads it as such. */
function corrected({ pair, write }: Found, context: CheckContext): Fix | null {
  const { value, path } = pair;
  const old = textOf(context.image, value);
  if (write === undefined || !/^(~|null|"[^"\n]*"|'[^'\n]*')$/i.test(old)) return null;
  const { start } = spanOf(value);
  const fix = withText(context.image, path, start, start + old.length, write);
  if (fix === undefined) return null;
  return context.prove(fix, (_after, { base }) => {
    const file = base.files.find((other) => other.path === path);
    const now = file && scalarAt(file.root, value.position.start.line, value.position.start.column);
    if (write === "null") return now?.kind === "null";
    return now?.kind === "bool" && String(now.value) === String(write === "true");
  });
}

/** The scalar that begins at a place. */
function scalarAt(root: ConfigNode, line: number, column: number): Scalar | undefined {
  if (root.type === "scalar") {
    const { start } = root.position;
    return start.line === line && start.column === column ? root : undefined;
  }
  const inner = root.type === "sequence" ? root.children : root.children.map(({ value }) => value);
  for (const node of inner) {
    const found = scalarAt(node, line, column);
    if (found !== undefined) return found;
  }
  return undefined;
}

function misreadOfUsers(context: CheckContext): Found[] {
  const { booted } = context;
  const version = versionOf(context) ?? ASSUMED_VERSION;
  const users = booted.config.node("users");
  const listed =
    users?.type === "sequence"
      ? users.children
      : users?.type === "mapping"
        ? users.children.map(({ value }) => value)
        : [];
  const write = "false";
  return [...listed, booted.config.node("system_info", "default_user")].flatMap((entry) => {
    if (entry?.type !== "mapping") return [];
    const flags = USER_FLAGS.flatMap((flag): Found[] => {
      const pair = findPair(entry, flag);
      const means =
        flag === "lock_passwd"
          ? "is a non-empty string, which counts as true: cloud-init locks the password. Write false without quotes to keep it"
          : "is a non-empty string, which counts as true. Write false without quotes";
      return pair !== undefined && isFalseText(pair.value) ? [{ name: `${flag} of a user`, pair, means, write }] : [];
    });
    const sudo = findPair(entry, "sudo");
    // null fails before 22.3, false is deprecated since.
    const none = versionAtLeast(version, "22.3") ? "null" : "false";
    const means = `is a string, which is read as a sudo rule. Write ${none} without quotes`;
    return sudo !== undefined && isFalseText(sudo.value)
      ? [...flags, { name: "sudo of a user", pair: sudo, means, write: none }]
      : flags;
  });
}
