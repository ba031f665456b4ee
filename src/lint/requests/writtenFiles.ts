import { findPair } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { normalizePath } from "../../python/paths.ts";
import { type ConfigNode, type Mapping, originOf } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Told } from "../schema/told.ts";
import { octal } from "../sentences/notes.ts";
import { findPlaceholders } from "../templates/placeholders.ts";
import { commandsIn, entriesOf, type IsUnknown } from "./userEntries.ts";

/** Files of write_files with another mode or place than asked for, or below a home directory that is created later. */
export function filesThatDiffer(root: Mapping, version: string, isUnknown: IsUnknown): Told[] {
  const list = findPair(root, "write_files")?.value;
  const homes = homesOf(root);
  const reported = new Set<string>();
  const chmods = commandsIn(root, /\bchmod\b/);
  const chowns = commandsIn(root, /\bchown\b/);
  return (list?.type === "sequence" ? list.children : []).flatMap((entry): Told[] => {
    const pair = entry.type === "mapping" ? findPair(entry, "path") : undefined;
    if (entry.type !== "mapping" || pair === undefined || isUnknown?.(pair.value) === true) return [];
    const path = normalizePath(pyStr(pair.value));
    const origin = originOf(pair);
    const told: Told[] = [];
    const part = literalPath(pair.value);
    if (part !== undefined)
      told.push({ about: "written-file-differs", worst: "error", message: misplacedMessage(part, path), origin });
    const permissions = findPair(entry, "permissions");
    const mode =
      permissions && isUnknown?.(permissions.value) !== true && modeMessage(permissions.value, path, version);
    if (permissions && mode && !chmods.includes(path))
      told.push({ about: "written-file-differs", worst: "error", message: mode, origin: originOf(permissions) });
    const home = homes.find(({ directory }) => path.startsWith(`${directory}/`));
    const defer = findPair(entry, "defer")?.value;
    const isLater = defer !== undefined && (isTrue(defer) || isUnknown?.(defer) === true);
    // Without defer, the module fails on such an owner, which another finding says.
    const owner = findPair(entry, "owner")?.value;
    const isOfUser =
      owner !== undefined &&
      pyStr(owner)
        .split(":")
        .includes(home?.user ?? "");
    if (
      home !== undefined &&
      !isLater &&
      !isOfUser &&
      !chowns.includes(home.directory) &&
      !reported.has(home.directory)
    ) {
      reported.add(home.directory);
      const message = `Unless the image has the account ${home.user}, ${home.directory} will belong to root, without the files of /etc/skel: write_files creates it before users_groups creates ${home.user}. Set defer: true for the file (since 21.4).`;
      told.push({ about: "file-below-future-home", worst: "error", confidence: "likely", message, origin });
    }
    return told;
  });
}

/** Few users have files written for them. */
const MOST_HOMES = 100;

/** The home directories of the users that have an entry of their own. */
function homesOf(root: Mapping): { readonly user: string; readonly directory: string }[] {
  return entriesOf(root)
    .slice(0, MOST_HOMES)
    .flatMap(({ name, entry, isDefault }) => {
      const home = findPair(entry, "homedir");
      const hasNone = ["no_create_home", "no-create-home", "system"].some((key) => truthy(findPair(entry, key)?.value));
      if (isDefault || hasNone || name === "root") return [];
      return [{ user: name, directory: home === undefined ? `/home/${name}` : normalizePath(pyStr(home.value)) }];
    });
}

/** What becomes of permissions in a string that are not octal, or whose set-user-id bit is lost; undefined for others. */
function modeMessage(permissions: ConfigNode, path: string, version: string): string | undefined {
  if (permissions.type !== "scalar" || permissions.kind !== "str") return undefined;
  const asked = String(permissions.value).trim();
  if (!/^(?:0o)?[0-7]+$/i.test(asked))
    return findPlaceholders(asked, "all").length > 0 ? undefined : lettersMessage(asked, path);
  const mode = Number.parseInt(asked.replace(/^0o/i, ""), 8) & 0o7777;
  const left = (mode & 0o010) !== 0 ? mode & ~0o6000 : mode & ~0o4000;
  return versionAtLeast(version, "25.3") || left === mode ? undefined : bitsMessage(path, mode, left);
}

/** The message about a mode that cloud-init cannot read. */
export function lettersMessage(asked: string, path: string): string {
  return `${path} gets mode 0644: its permissions "${asked}" are not an octal number. Write one in quotes, such as "0755".`;
}

/** The message about set-user-id and set-group-id bits that a change of owner clears. */
export function bitsMessage(path: string, asked: number, mode: number): string {
  return `${path} gets mode ${octal(mode)} instead of ${octal(asked)}: cloud-init sets the owner after the mode (before 25.3), which clears the set-user-id and set-group-id bits. Run chmod ${octal(asked)} in runcmd.`;
}

/** The part of a path that only a shell expands: "~" or a variable at its start. */
export function literalPath(path: ConfigNode): string | undefined {
  if (path.type !== "scalar" || path.kind !== "str") return undefined;
  return /^(?:~[\w-]*|\$\{?[A-Z_]+\}?)(?=\/)/.exec(String(path.value))?.[0];
}

/** The message about a path that no shell expands. */
export function misplacedMessage(part: string, path: string): string {
  return `cloud-init writes the file to ${path}: it does not expand ${part}. Write the absolute path.`;
}
