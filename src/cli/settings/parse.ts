import { isAbsolute, relative, resolve } from "node:path";
import { findPair } from "../../config/merge.ts";
import type { Severity } from "../../lint/finding.ts";
import type { ConfiguredIgnore } from "../../lint/ignores/ignore.ts";
import { ruleNamed } from "../../lint/rules/catalogue.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { toValue } from "../../python/value.ts";
import { parseYaml } from "../../python/yaml/load.ts";
import { sizeOf } from "../opening.ts";
import type { OptionNames } from "../optionNames.ts";
import { type Mistake, mistakesIn } from "./mistakes.ts";

/** What a configuration file sets, in the form of the options of the command line. */
export interface FileSettings {
  /** By the ids of rules. */
  readonly severities: ReadonlyMap<string, Severity | "off">;
  readonly ignores: readonly ConfiguredIgnore[];
  readonly options: FileOptions;
  /** The key that sets each option, with its place, as messages name it: "FILE:3:1: seed". */
  readonly names: OptionNames;
}

/** Options that the file may set. */
export interface FileOptions {
  readonly protect?: readonly string[];
  readonly map?: readonly string[];
  readonly anchor?: string;
  readonly datasource?: string;
  readonly seed?: string;
  readonly instanceData?: string;
  readonly maxTemporary?: number;
  readonly failOn?: Severity | "never";
  readonly format?: readonly string[];
}

/** The file that is read. */
export interface SettingsFile {
  /** Its path as messages name it. */
  readonly path: string;
  readonly text: string;
  /** Its directory, relative to the working directory; "" for the working directory itself. */
  readonly directory: string;
}

/** The value of a file without mistakes. */
interface Content {
  readonly rules?: Readonly<Record<string, Severity | "off" | false>> | null;
  readonly ignores?: readonly Ignore[] | null;
  readonly protect?: string | readonly string[] | null;
  readonly map?: readonly string[] | Readonly<Record<string, string>> | null;
  readonly anchor?: string | null;
  readonly datasource?: string | null;
  readonly seed?: string | null;
  readonly "instance-data"?: string | null;
  readonly "max-temporary"?: string | number | null;
  readonly "fail-on"?: Severity | "never" | null;
  readonly formats?: string | readonly string[] | null;
}

interface Ignore {
  readonly rule?: string | readonly string[];
  readonly image?: string;
  readonly path?: string;
  readonly setting?: string;
  readonly reason?: string | null;
  readonly until?: string;
}

const NOTHING: FileSettings = { severities: new Map(), ignores: [], options: {}, names: {} };

/** Reads a configuration file. Paths in it are relative to its directory, those in the result to the working directory. */
export function parseSettings(file: SettingsFile): FileSettings | { readonly mistakes: readonly Mistake[] } {
  const { node, error } = parseYaml(file.text, file.path);
  if (error !== undefined) {
    const { line, column, reason } = error;
    const day = /^\d+-\d+-\d+/.exec(file.text.split(/\r?\n/)[line - 1]?.slice(column - 1) ?? "")?.[0];
    return { mistakes: [{ line, column, message: day === undefined ? reason : `${day} is not a date that exists` }] };
  }
  if (node === undefined) return NOTHING;
  const root = withoutSpecialScalars(node);
  const mistakes = mistakesIn(root);
  if (mistakes.length > 0 || root.type !== "mapping") return { mistakes };
  const content = toValue(root) as Content;
  const { rules, anchor, datasource, seed, map } = content;
  const own = (path: string) => (isAbsolute(path) ? path : relative("", resolve(file.directory, path)) || ".");
  const options: FileOptions = {
    ...(content.protect == null ? {} : { protect: listOf(content.protect) }),
    ...(map == null ? {} : { map: mapsOf(map, own) }),
    ...(anchor == null ? {} : { anchor: own(anchor) }),
    ...(datasource == null ? {} : { datasource }),
    ...(seed == null ? {} : { seed: own(seed) }),
    ...(content["instance-data"] == null ? {} : { instanceData: own(content["instance-data"]) }),
    ...(content["max-temporary"] == null ? {} : { maxTemporary: sizeOf(String(content["max-temporary"]))! }),
    ...(content["fail-on"] == null ? {} : { failOn: content["fail-on"] }),
    ...(content.formats == null ? {} : { format: listOf(content.formats).map((one) => withPath(one, own)) }),
  };
  const nameOf = (key: string) => {
    const { line, column } = originOf(findPair(root, key) as Pair);
    return `${file.path}:${line}:${column}: ${key}`;
  };
  const keyOf = (option: string) =>
    ({ failOn: "fail-on", format: "formats", instanceData: "instance-data", maxTemporary: "max-temporary" })[option] ??
    option;
  return {
    severities: new Map(
      Object.entries(rules ?? {}).map(([name, value]) => [
        ruleNamed(name)?.id ?? name,
        value === false ? "off" : value,
      ]),
    ),
    ignores: ignoresOf(root, content.ignores ?? [], own),
    options,
    names: Object.fromEntries(Object.keys(options).map((option) => [option, nameOf(keyOf(option))])),
  };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** Maps in the form of the command line, IMAGEPATH=REPOPATH. */
function mapsOf(
  map: readonly string[] | Readonly<Record<string, string>>,
  own: (path: string) => string,
): readonly string[] {
  if (!Array.isArray(map)) return Object.entries(map).map(([from, to]) => `${from}=${own(to as string)}`);
  return map.map((one) => withPath(one as string, own));
}

/** `NAME=PATH`, whose path is the file's own. */
function withPath(value: string, own: (path: string) => string): string {
  const equals = value.indexOf("=");
  return equals === -1 ? value : `${value.slice(0, equals)}=${own(value.slice(equals + 1))}`;
}

function ignoresOf(root: Mapping, ignores: readonly Ignore[], own: (path: string) => string): ConfiguredIgnore[] {
  const list = findPair(root, "ignores")?.value;
  return ignores.map(({ rule, image, path, setting, reason, until }, index) => ({
    rules: rule === undefined ? undefined : listOf(rule).map((name) => ruleNamed(name)?.id ?? name),
    image,
    // A file of the launch or linted on its own is named by its path on this machine.
    path: path === undefined || path.startsWith("**") ? path : own(path),
    setting,
    reason: reason?.trim() || null,
    until: until ?? null,
    origin: originOf((list as { readonly children: readonly ConfigNode[] }).children[index]!),
  }));
}

/** Kinds of scalars that are read as text: a date is written like one, and nothing here is binary. */
const AS_TEXT = ["date", "datetime", "binary"];

/** YAML 1.1 reads 2030-12-31 as a date; here it is as good as the same in quotes. */
function withoutSpecialScalars(root: ConfigNode): ConfigNode {
  const known = new Map<ConfigNode, ConfigNode>();
  const convert = (node: ConfigNode): ConfigNode => {
    const done = known.get(node);
    if (done !== undefined) return done;
    const made: ConfigNode =
      node.type === "scalar"
        ? { ...node, kind: AS_TEXT.includes(node.kind) ? "str" : node.kind }
        : node.type === "sequence"
          ? { ...node, children: node.children.map(convert) }
          : { ...node, children: node.children.map((pair) => ({ ...pair, value: convert(pair.value) })) };
    known.set(node, made);
    return made;
  };
  return convert(root);
}
