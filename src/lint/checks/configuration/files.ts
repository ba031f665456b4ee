import { isKnownKey } from "../../../boot/configKeys.ts";
import { findPair } from "../../../config/merge.ts";
import { CLOUD_CFG, CLOUD_CFG_D, parseConfigFile } from "../../../config/read.ts";
import type { Image } from "../../../image/image.ts";
import { originOf } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import { rename } from "../../fixes/fixes.ts";
import { isPartial } from "../../partial.ts";
import type { Rule } from "../../rules/rule.ts";
import { fatalProblem, fileProblem } from "../../sentences/configuration.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Finds files of the base configuration that cloud-init drops whole. */
export function configFileIgnored(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image, distro } = context;
  // What this program could not read says nothing of what cloud-init can.
  const unread = (path: string) => image.problems.some((problem) => path.startsWith(problem.path));
  return boot.base.files.flatMap(({ path, dropped, unread: tooLarge }) => {
    if (dropped === undefined || tooLarge === true || unread(path)) return [];
    if (image.lstat(path) === undefined && isPartial(image, distro)) return [];
    const { line, column } = dropped;
    const message = `cloud-init ignores ${path}: ${fileProblem(dropped)}. ${loss(path, context)}`;
    return [about(rule, context, { message, cause: { path, line, column } })];
  });
}

/** What takes no effect because a file is dropped. */
function loss(path: string, { boot, image }: CheckContext): string {
  const isListGone = !boot.modules.some(({ stage }) => stage !== "init-local");
  if (isListGone && image.lstat(CLOUD_CFG) !== undefined) return "No module list is left, so no module runs.";
  const keys = writtenKeys(image.read(path)?.toString("utf8") ?? "");
  if (keys.length === 0) return "Nothing of what it sets takes effect.";
  const more = keys.length > 8 ? ` and ${keys.length - 8} more` : "";
  return `Nothing of what it sets takes effect: ${keys.slice(0, 8).join(", ")}${more}.`;
}

/** Finds configuration over which every stage of cloud-init dies. */
export function cloudInitCannotStart(rule: Rule, context: CheckContext): Finding[] {
  const { fatal } = context.boot.base;
  if (fatal === undefined) return [];
  const message = `Every stage of cloud-init stops with an error: ${fatalProblem(fatal)}.`;
  return [about(rule, context, { message, cause: fatal.origin })];
}

/** Names of copies that somebody or a package manager put aside on purpose. */
const PUT_ASIDE =
  /(~|\.(bak|backup|orig|old|save|saved|disabled|off|swp|swo|tmp|sample|example|tmpl|j2|in|dpkg-\w+|ucf-\w+|rpm(new|save|orig)|apk-new|pacnew|pacsave))$/i;

/** What ds-identify reads itself, whose keys have names of cloud-init's. */
const DS_IDENTIFY_CFG = "/etc/cloud/ds-identify.cfg";

/** Where the configuration is looked for, and where people put files that are not. */
const NEAR = ["/etc/cloud", "/etc/cloud.cfg.d", "/etc/cloud-init", CLOUD_CFG_D];

/** Finds files of cloud-config that cloud-init never opens: their name or place is not one that it reads. */
export function configFileNotRead(rule: Rule, context: CheckContext): Finding[] {
  const { boot, image } = context;
  if (boot.base.fatal !== undefined) return [];
  const read = new Set(boot.base.files.map(({ path }) => path));
  const directory = boot.base.directory;
  const directories = new Set([...NEAR, ...(directory === undefined ? [] : [directory])]);
  const unread = [...directories].flatMap((place) => candidates(image, place)).filter((path) => !read.has(path));
  return atMost([...new Set(unread)], (path) => {
    const keys = cloudConfigKeys(image, path);
    if (keys === undefined || !isOwn(context, path)) return undefined;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const stem = name.replace(/(\.cfg)?\.(ya?ml|conf|cfg|txt|json|config)$/i, "") || name;
    const right = directory === undefined ? undefined : `${directory}/${stem}.cfg`;
    if (right !== undefined && image.read(right)?.equals(image.read(path)!) === true) return undefined;
    const where =
      directory === undefined
        ? `${CLOUD_CFG} has it read no further file (conf_d)`
        : `it reads the files of ${directory} whose names end with ".cfg", and none below it`;
    const message = `cloud-init never reads ${path}: ${where}. Nothing of what it sets takes effect: ${keys.slice(0, 8).join(", ")}.`;
    return about(rule, context, {
      message,
      cause: { path, line: 1, column: 1 },
      prove: () => {
        const fix = right === undefined ? undefined : rename(image, path, right);
        return fix === undefined
          ? null
          : context.prove(fix, (_after, { base }) =>
              base.files.some((other) => other.path === right && other.dropped === undefined),
            );
      },
    });
  });
}

/** Finds hidden files that cloud-init reads like all others (util.read_conf_d, 18.5 to 26.2). */
export function configFileHidden(rule: Rule, context: CheckContext): Finding[] {
  return atMost(context.boot.base.files, ({ path, root, dropped }) => {
    const isHidden = /\/\.[^/]*$/.test(path);
    if (!isHidden || dropped !== undefined || root.children.length === 0 || !isOwn(context, path)) return undefined;
    const keys = root.children.map((pair) => String(pair.key.value));
    const message = `cloud-init reads ${path} too, though its name hides it: ${keys.slice(0, 8).join(", ")} take effect.`;
    return about(rule, context, { message, cause: { path, line: 1, column: 1 } });
  });
}

/** Finds a conf_d that has another directory read, or none, or that stands where it means nothing (util.read_conf_with_confd). */
export function configDirectoryRedirected(rule: Rule, context: CheckContext): Finding[] {
  const { base } = context.boot;
  return base.files.flatMap(({ path, root }) => {
    const pair = findPair(root, "conf_d");
    if (pair === undefined || base.fatal !== undefined || !isOwn(context, path)) return [];
    const cause = originOf(pair);
    if (path !== CLOUD_CFG) {
      const message = `conf_d has no effect in ${path}: only ${CLOUD_CFG} can name the directory of further files.`;
      return [about(rule, context, { message, cause })];
    }
    if (base.directory === CLOUD_CFG_D) return [];
    const message =
      base.directory === undefined
        ? `${path} has no further file read: ${truthy(pair.value) ? "there is no such directory as conf_d names" : "conf_d is empty"}. The files of ${CLOUD_CFG_D} have no effect, whoever adds them.`
        : `${path} has the files of ${base.directory} read in place of those of ${CLOUD_CFG_D}, which have no effect, whoever adds them.`;
    return [about(rule, context, { message, cause })];
  });
}

/** Files of a directory, and of the directories in it, that may be meant for cloud-init. */
function candidates(image: Image, directory: string): string[] {
  const isDirectory = (path: string) => image.lstat(path)?.kind === "directory";
  if (!isDirectory(directory)) return [];
  return image.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const inside =
      directory === CLOUD_CFG_D && isDirectory(path) ? image.list(path).map((sub) => `${path}/${sub}`) : [];
    return [path, ...inside].filter(
      (file) =>
        image.stat(file)?.kind === "file" &&
        !PUT_ASIDE.test(file) &&
        file !== DS_IDENTIFY_CFG &&
        // Beside cloud.cfg stand files of other kinds.
        (directory !== "/etc/cloud" || /\.(cfg|ya?ml)$/i.test(file)),
    );
  });
}

/** The top-level keys of a file that holds one of cloud-init; undefined where it is something else. */
function cloudConfigKeys(image: Image, path: string): readonly string[] | undefined {
  const size = image.stat(path)?.size ?? 0;
  if (size === 0 || size > 1_000_000) return undefined;
  const bytes = image.read(path);
  if (bytes === undefined || bytes.includes(0)) return undefined;
  const text = bytes.toString("utf8");
  const { root, dropped } = parseConfigFile(Buffer.from(text), path);
  const keys = dropped === undefined ? root.children.map((pair) => String(pair.key.value)) : writtenKeys(text);
  return keys.some(isKnownKey) ? keys : undefined;
}

/** What looks like top-level keys in a text that cannot be read. */
function writtenKeys(text: string): string[] {
  return [...new Set([...text.matchAll(/^["']?([A-Za-z_][\w-]*)["']?[ \t]*:/gm)].map((match) => match[1]!))];
}
