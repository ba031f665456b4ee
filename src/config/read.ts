import type { Program } from "../distro/library/fact.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { Image, ImageProblem } from "../image/image.ts";
import type { Origin } from "../image/origin.ts";
import { strictText } from "../image/utf8.ts";
import { type Mapping, originOf } from "../python/tree.ts";
import { truthy } from "../python/value.ts";
import { parseYaml, type YamlResult } from "../python/yaml/load.ts";
import { builtin, builtinConfig } from "./builtin.ts";
import { FatalConfigError, findPair, mergeMany } from "./merge.ts";
import type { FatalProblem, FileProblem, TemplateProblem } from "./problems.ts";
import { type Render, templateKind } from "./rendering.ts";
import { parseExcerpt, renderedExcerpt } from "./userData/excerpt.ts";

/** A file of the base configuration and how it was read. */
export interface ConfigFile {
  readonly path: string;
  /** Its content; without pairs if the file is empty or was dropped. */
  readonly root: Mapping;
  /** Why and where cloud-init drops the whole file with a warning; undefined if it reads the file. */
  readonly dropped: (FileProblem & { readonly line: number; readonly column: number }) | undefined;
  /** Whether only this program drops the file because of its size; cloud-init reads it. */
  readonly unread?: boolean;
}

/** The base configuration of an image: built-in defaults, cloud.cfg and cloud.cfg.d. */
export interface BaseConfig {
  readonly root: Mapping;
  /** cloud.cfg first, then cloud.cfg.d in reading order; the last one wins. */
  readonly files: readonly ConfigFile[];
  /** The directory from which files named *.cfg are read; undefined if there is none. */
  readonly directory: string | undefined;
  /** Why every stage of cloud-init fails while reading the configuration; undefined if none does. */
  readonly fatal: FatalProblem | undefined;
}

/** Files that cloud-init reads but this program does not, and why. */
export function unreadFiles({ files }: BaseConfig): ImageProblem[] {
  return files.flatMap(({ path, unread, dropped }) =>
    unread === true && dropped?.code === "not-yaml" ? [{ path, reason: dropped.message }] : [],
  );
}

export const CLOUD_CFG = "/etc/cloud/cloud.cfg";
export const CLOUD_CFG_D = "/etc/cloud/cloud.cfg.d";

/** How files that are Jinja templates are rendered, and what was read before that was possible. */
export interface Rendering {
  readonly render: Render;
  readonly unrendered: BaseConfig;
}

/**
 * Reads the base configuration as util.read_conf_with_confd and stages.fetch_base_config do (18.5 to 26.2).
 * @param rendering renders files that are Jinja templates; without it they are read unrendered, as cloud-init does
 * before it knows the instance and before 22.4
 */
export function readBaseConfig(image: Image, program: Program, rendering?: Rendering): BaseConfig {
  const { version } = program;
  const asTheyAre = new Map(rendering?.unrendered.files.map((file) => [file.path, file]));
  const parse = (bytes: Buffer, path: string): ConfigFile =>
    rendering === undefined
      ? parseConfigFile(bytes, path)
      : parseTemplateFile(bytes, path, version, rendering.render, asTheyAre.get(path));
  const empty = builtin({}) as Mapping;
  const defaults = builtinConfig(program);
  const files: ConfigFile[] = [];
  let directory: string | undefined;
  try {
    const cloudCfg = readCloudCfg(image, parse);
    files.push(cloudCfg);
    directory = confDirectory(image, cloudCfg.root);
    const names = directory === undefined ? [] : image.list(directory).filter((name) => name.endsWith(".cfg"));
    const dropIns: ConfigFile[] = [];
    for (const name of names) {
      const path = `${directory}/${name}`;
      const bytes = image.read(path);
      // cloud-init ignores anything that is not a regular file.
      if (bytes !== undefined) dropIns.push(parse(bytes, path));
    }
    for (const one of dropIns) files.push(one);
    const confD = mergeMany(dropIns.map((file) => file.root).reverse(), empty);
    // Before 22.2 a cloud.cfg without a directory kept its merge_how for the next merge.
    const system =
      directory === undefined && !versionAtLeast(version, "22.2")
        ? cloudCfg.root
        : mergeMany([confD, cloudCfg.root], empty);
    // Merged once more on its own, as helpers.ConfigMerger does: a remaining merge_type takes effect here.
    const root = mergeMany([mergeMany([system, defaults], empty)], empty);
    checkSystemInfo(root, version);
    return { root, files, directory, fatal: undefined };
  } catch (error) {
    if (!(error instanceof FatalConfigError)) throw error;
    const origin = error.node === undefined ? { path: CLOUD_CFG, line: 1, column: 1 } : originOf(error.node);
    return { root: defaults, files, directory, fatal: fatalOf(error, origin) };
  }
}

/** What an error of the configuration is about: a template's own problem, or what the error says. */
export function fatalOf({ message, problem }: FatalConfigError, origin: Origin): FatalProblem {
  return problem === undefined ? { code: "raises", message, origin } : { ...problem, origin };
}

/** Throws where stages.Init cannot read its paths from system_info; versions before 24.2 accept a list instead of a mapping. */
function checkSystemInfo(root: Mapping, version: string): void {
  const info = findPair(root, "system_info");
  if (info?.value.type === "sequence" && !versionAtLeast(version, "24.2")) return;
  if (info !== undefined && info.value.type !== "mapping")
    throw new FatalConfigError("system_info must be a mapping: indent its settings, or remove the key", info);
  const paths = info === undefined ? undefined : findPair(info.value as Mapping, "paths");
  if (paths !== undefined && paths.value.type !== "mapping")
    throw new FatalConfigError("system_info.paths must be a mapping", paths);
}

/** @throws FatalConfigError if cloud-init cannot read the file at all. */
function readCloudCfg(image: Image, parse: (bytes: Buffer, path: string) => ConfigFile): ConfigFile {
  const path = CLOUD_CFG;
  const empty = builtin({}, path) as Mapping;
  if (image.stat(path)?.kind === "special")
    throw new FatalConfigError("it is a pipe, socket or device, on which cloud-init hangs or fails", empty);
  const bytes = image.read(path);
  if (bytes !== undefined) return parse(bytes, path);
  const code = image.lstat(path) === undefined ? "missing" : "unreadable";
  return { path, root: empty, dropped: { code, line: 1, column: 1 } };
}

/**
 * A file's mapping as util.load_yaml gives it: a file that is not valid YAML, or not a mapping, counts as empty.
 * @throws FatalConfigError if the bytes are not UTF-8, which cloud-init does not catch.
 */
export function parseConfigFile(bytes: Buffer, path: string): ConfigFile {
  const known = parsed.get(bytes);
  if (known?.path === path) return known;
  const file = configFile(path, parseYaml(decode(bytes, path), path));
  parsed.set(bytes, file);
  return file;
}

/** Parsed files by their bytes: the same image boots again with each fix that is tried. */
const parsed = new WeakMap<Buffer, ConfigFile>();

/**
 * The same for a file that is rendered if it is a Jinja template (util.read_conf, 22.4 to 26.2). `asItIs` is the
 * unrendered file, if it was read before.
 * @throws FatalConfigError also where cloud-init does not catch an error of the template.
 */
function parseTemplateFile(
  bytes: Buffer,
  path: string,
  version: string,
  render: Render,
  asItIs: ConfigFile | undefined,
): ConfigFile {
  const text = decode(bytes, path);
  const kind = templateKind(text);
  if (kind === undefined || kind === "basic") return asItIs ?? configFile(path, parseYaml(text, path));
  const whole = builtin({}, path) as Mapping;
  if (kind !== "jinja") throw new FatalConfigError(`its first line names an unknown template type: ${kind}`, whole);
  const rendered = render(text);
  if ("text" in rendered && rendered.text !== "") {
    const template = { text, path, line: 1, indent: 0, verbatim: true };
    return configFile(path, parseExcerpt(renderedExcerpt(template, rendered.text)));
  }
  const problem: TemplateProblem = "text" in rendered ? { code: "template-empty" } : rendered.problem;
  const cause = "text" in rendered ? "error" : rendered.cause;
  if (cause === "syntax" && versionAtLeast(version, "24.1")) return configFile(path, parseYaml(text, path));
  const caught = cause === "error" && !versionAtLeast(version, "24.1");
  if (cause !== "unknown" && !caught) throw new FatalConfigError("the template gives no text", whole, problem);
  return { path, root: whole, dropped: { ...problem, line: 1, column: 1 } };
}

/** @throws FatalConfigError for bytes that are not UTF-8. */
function decode(bytes: Buffer, path: string): string {
  const text = strictText(bytes);
  if (text !== undefined) return text;
  const { line, column } = firstInvalidByte(bytes);
  const at = { line, column, offset: 0 };
  throw new FatalConfigError("it is not valid UTF-8; save the file as UTF-8", {
    ...(builtin({}, path) as Mapping),
    position: { start: at, end: at },
  });
}

function configFile(path: string, { node, error }: YamlResult): ConfigFile {
  const empty = builtin({}, path) as Mapping;
  if (error?.limit === "depth") {
    const at = { line: error.line, column: error.column, offset: 0 };
    throw new FatalConfigError(`${error.reason}, more than Python reads`, {
      ...empty,
      position: { start: at, end: at },
    });
  }
  if (error !== undefined) {
    const { reason, line, column } = error;
    return {
      path,
      root: empty,
      dropped: { code: "not-yaml", message: reason, line, column },
      unread: error.limit === "size",
    };
  }
  if (node === undefined || (node.type === "scalar" && node.kind === "null"))
    return { path, root: empty, dropped: undefined };
  if (node.type !== "mapping") {
    const { line, column } = originOf(node);
    return { path, root: empty, dropped: { code: "not-a-mapping", line, column } };
  }
  return { path, root: node, dropped: undefined };
}

/** The directory of additional files: `conf_d` of cloud.cfg, where "" and null mean none; otherwise cloud.cfg.d. */
function confDirectory(image: Image, cloudCfg: Mapping): string | undefined {
  const pair = findPair(cloudCfg, "conf_d");
  const isDirectory = (path: string) => image.stat(path)?.kind === "directory";
  if (pair === undefined) return isDirectory(CLOUD_CFG_D) ? CLOUD_CFG_D : undefined;
  if (!truthy(pair.value)) return undefined;
  if (pair.value.type !== "scalar" || pair.value.kind !== "str")
    throw new FatalConfigError("conf_d must be the path of a directory", pair);
  const directory = String(pair.value.value).trim();
  return isDirectory(directory) ? directory : undefined;
}

function firstInvalidByte(bytes: Buffer): { line: number; column: number } {
  let line = 1;
  for (let start = 0; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = bytes.subarray(start, end);
    if (strictText(text) === undefined)
      return { line, column: Math.max(1, text.toString("utf8").indexOf("\ufffd") + 1) };
    start = end + 1;
  }
  return { line: 1, column: 1 };
}
