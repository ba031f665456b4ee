import { isKnownKey } from "../../../boot/configKeys.ts";
import { findPair } from "../../../config/merge.ts";
import { CLOUD_CFG, CLOUD_CFG_D, parseConfigFile } from "../../../config/read.ts";
import { templateKind } from "../../../config/rendering.ts";
import type { Image } from "../../../image/image.ts";
import { originOf, type Pair } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import { rename } from "../../fixes/fixes.ts";
import { isPartial } from "../../partial.ts";
import type { Rule } from "../../rules/rule.ts";
import type { Told } from "../../schema/told.ts";
import { fatalProblem, fileProblem } from "../../sentences/configuration.ts";
import { shortList } from "../../sentences/lists.ts";
import { namesOf } from "../../templates/instanceNames.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Finds files of the base configuration that cloud-init ignores. */
export function configFileIgnored(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image, distro } = context;
  // Cloud-init may be able to read files that this program cannot.
  const unread = (path: string) => image.problems.some((problem) => path.startsWith(problem.path));
  return booted.base.files.flatMap(({ path, dropped, unread: tooLarge }) => {
    if (dropped === undefined || tooLarge === true || unread(path)) return [];
    if (image.lstat(path) === undefined && isPartial(image, distro)) return [];
    const { line, column } = dropped;
    const wrong = dropped.code === "template-raises" ? wrongName(path, context) : undefined;
    const why = wrong === undefined ? `${fileProblem(dropped)}.` : wrong.message;
    const message = `cloud-init ignores ${path}: ${why} ${loss(path, context)}`;
    return [about(rule, context, { message, cause: wrong?.origin ?? { path, line, column } })];
  });
}

/** The name because of which a template cannot be rendered. */
function wrongName(path: string, { image }: CheckContext): Told | undefined {
  const text = image.read(path)?.toString("utf8") ?? "";
  if (templateKind(text) !== "jinja") return undefined;
  return namesOf({ text, path, line: 1, indent: 0, verbatim: true }).find(({ replace }) => replace?.old.includes("-"));
}

/** What takes no effect because a file is ignored. */
function loss(path: string, { booted, image }: CheckContext): string {
  const isListGone = !booted.modules.some(({ stage }) => stage !== "init-local");
  if (isListGone && image.lstat(CLOUD_CFG) !== undefined) return "This leaves no module list, so no module runs.";
  const keys = writtenKeys(image.read(path)?.toString("utf8") ?? "");
  if (keys.length === 0) return "Its settings have no effect.";
  return `Its settings have no effect: ${shortList(keys)}.`;
}

/** Finds configuration on which every stage of cloud-init fails. */
export function cloudInitCannotStart(rule: Rule, context: CheckContext): Finding[] {
  const { fatal } = context.booted.base;
  if (fatal === undefined) return [];
  const message = `Every stage of cloud-init fails: ${fatalProblem(fatal)}.`;
  return [about(rule, context, { message, cause: fatal.origin })];
}

/** Names of copies that people or package managers set aside. */
const PUT_ASIDE =
  /(~|\.(bak|backup|orig|old|save|saved|disabled|off|swp|swo|tmp|sample|example|tmpl|j2|in|dpkg-\w+|ucf-\w+|rpm(new|save|orig)|apk-new|pacnew|pacsave))$/i;

/** Read by ds-identify only, although its keys have the same names as cloud-init's. */
const DS_IDENTIFY_CFG = "/etc/cloud/ds-identify.cfg";

/** Directories that cloud-init reads, and those where people put files that it does not read. */
const NEAR = ["/etc/cloud", "/etc/cloud.cfg.d", "/etc/cloud-init", CLOUD_CFG_D];

/** Finds files of cloud-config that cloud-init never reads because of their name or directory. */
export function configFileNotRead(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  if (booted.base.fatal !== undefined) return [];
  const read = new Set(booted.base.files.map(({ path }) => path));
  const { directory } = booted.base;
  const directories = new Set([...NEAR, ...misspelled(image), ...(directory === undefined ? [] : [directory])]);
  const unread = [...directories].flatMap((place) => candidates(image, place)).filter((path) => !read.has(path));
  const redirecting = redirection(context);
  return atMost([...new Set(unread)], (path) => {
    const keys = cloudConfigKeys(image, path);
    if (keys === undefined || !isOwn(context, path)) return undefined;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const stem = name.replace(/(\.cfg)?\.(ya?ml|conf|cfg|txt|json|config)$/i, "") || name;
    const isMissing = directory === undefined && redirecting === undefined && image.lstat(CLOUD_CFG_D) === undefined;
    const right = directory ?? (isMissing ? CLOUD_CFG_D : undefined);
    const target = right && `${right}/${stem}.cfg`;
    if (target !== undefined && image.read(target)?.equals(image.read(path)!) === true) return undefined;
    const message = `cloud-init never reads ${path}: ${whyNotRead(path, context)}. Its settings have no effect: ${shortList(keys)}.`;
    return about(rule, context, {
      message,
      cause: { path, line: 1, column: 1 },
      prove: () => {
        const fix = target === undefined ? undefined : rename(image, path, target);
        return fix === undefined
          ? null
          : context.prove(fix, (_after, { base }) =>
              base.files.some((other) => other.path === target && other.dropped === undefined),
            );
      },
    });
  });
}

/** The conf_d of cloud.cfg, which replaces the usual directory of further files. */
function redirection({ booted }: CheckContext): Pair | undefined {
  const main = booted.base.files.find(({ path }) => path === CLOUD_CFG);
  return main && findPair(main.root, "conf_d");
}

/** Why cloud-init does not read a file: its directory, or else its name. */
function whyNotRead(path: string, context: CheckContext): string {
  const { image, booted } = context;
  const { directory } = booted.base;
  const place = path.slice(0, path.lastIndexOf("/"));
  const redirecting = redirection(context);
  if (redirecting !== undefined && directory !== CLOUD_CFG_D) {
    const where = `conf_d in ${CLOUD_CFG}:${originOf(redirecting).line}`;
    if (directory === undefined) return `${where} disables all further files`;
    if (place !== directory) return `${where} makes it read only files in ${directory}`;
  }
  const usual = directory ?? CLOUD_CFG_D;
  if (place === usual) {
    const stat = image.stat(usual);
    if (directory === undefined && stat?.kind !== "directory") return `${usual} is not a directory`;
    return `its name does not end in ".cfg"${/\.cfg$/i.test(path) ? " in lower case" : ""}`;
  }
  const only = `cloud-init reads only ${CLOUD_CFG} and files in ${usual} whose names end in ".cfg"`;
  if (place.startsWith(`${usual}/`)) return `it is in a subdirectory, and ${only}`;
  if (directory === undefined && image.lstat(usual) !== undefined)
    return `it is in ${place}, and ${usual} is not a directory`;
  return `it is in ${place}, and ${only}`;
}

/** Directories of /etc/cloud with names similar to that of cloud.cfg.d. */
function misspelled(image: Image): string[] {
  const names = image.list("/etc/cloud").filter((name) => SIMILAR.test(name) && `/etc/cloud/${name}` !== CLOUD_CFG_D);
  return names.map((name) => `/etc/cloud/${name}`).filter((path) => image.stat(path)?.kind === "directory");
}

const SIMILAR = /^(cloud([-_.]?init)?[-_.]?)?(cfg|conf|config)s?([-_.]?d)?$/i;

/** Finds hidden files, which cloud-init reads like all others (util.read_conf_d, 18.5 to 26.2). */
export function configFileHidden(rule: Rule, context: CheckContext): Finding[] {
  return atMost(context.booted.base.files, ({ path, root, dropped }) => {
    const isHidden = /\/\.[^/]*$/.test(path);
    if (!isHidden || dropped !== undefined || root.children.length === 0 || !isOwn(context, path)) return undefined;
    const keys = root.children.map((pair) => String(pair.key.value));
    const message = `cloud-init reads ${path}, although its name begins with a dot: its settings take effect (${shortList(keys)}).`;
    return about(rule, context, { message, cause: { path, line: 1, column: 1 } });
  });
}

/** Finds a conf_d that selects another directory or none, or that has no effect (util.read_conf_with_confd). */
export function configDirectoryRedirected(rule: Rule, context: CheckContext): Finding[] {
  const { base } = context.booted;
  return base.files.flatMap(({ path, root }) => {
    const pair = findPair(root, "conf_d");
    if (pair === undefined || base.fatal !== undefined || !isOwn(context, path)) return [];
    const cause = originOf(pair);
    if (path !== CLOUD_CFG) {
      const message = `conf_d has no effect in ${path}: only ${CLOUD_CFG} can set the directory of further files.`;
      return [about(rule, context, { message, cause })];
    }
    if (base.directory === CLOUD_CFG_D) return [];
    const message =
      base.directory === undefined
        ? `No file in ${CLOUD_CFG_D} has any effect: conf_d in ${path} ${truthy(pair.value) ? "names a directory that does not exist" : "is empty"}.`
        : `No file in ${CLOUD_CFG_D} has any effect: conf_d in ${path} makes cloud-init read ${base.directory} instead.`;
    return [about(rule, context, { message, cause })];
  });
}

/** Files of a directory and its subdirectories that may be meant for cloud-init. */
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
        // The directory of cloud.cfg also contains files of other kinds.
        (directory !== "/etc/cloud" || file === CLOUD_CFG_D || /\.(cfg|ya?ml)$/i.test(file)),
    );
  });
}

/** The top-level keys of a file if cloud-init knows at least one of them; otherwise undefined. */
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

/** What looks like top-level keys in a text that is not valid YAML. */
function writtenKeys(text: string): string[] {
  return [...new Set([...text.matchAll(/^["']?([A-Za-z_][\w-]*)["']?[ \t]*:/gm)].map((match) => match[1]!))];
}
