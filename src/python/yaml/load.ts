import type { ConfigNode } from "../tree.ts";
import { construct } from "./construct.ts";
import { checkCharacters, pointAt, readSource, type Source, YamlError } from "./source.ts";
import { readStructure } from "./structure.ts";

/** Either `node` or `error` is undefined; both are for an empty document, for which safe_load returns None. */
export interface YamlResult {
  readonly node: ConfigNode | undefined;
  readonly error: YamlProblem | undefined;
}

/** Why a text cannot be loaded, on one line, and the place of the error; line and column count from 1. */
interface YamlProblem {
  readonly reason: string;
  readonly line: number;
  readonly column: number;
  /** "depth": cloud-init fails with it; "size": only this program does not read it. */
  readonly limit?: "depth" | "size" | undefined;
}

/**
 * Reads a YAML document as PyYAML's safe_load does (6.0; cloud-init calls the pure Python one), which is not quite YAML
 * 1.1. Beyond what safe_load refuses, an error is also: more than 5 MB of text, more than 475 levels, aliases that
 * repeat more than a million values, a value that contains itself, numbers of more than 4300 digits, and `<<` that
 * merges more than a million pairs.
 * @param path the file's name, which every node keeps.
 */
export function parseYaml(text: string, path: string): YamlResult {
  const known = latest?.deref();
  if (known !== undefined && known.path === path && known.text === text) return known.result;
  const result = parse(text, path);
  if (text.length >= LEAST_KEPT) latest = new WeakRef({ text, path, result });
  return result;
}

/** The document that was read last, since checks, fixes and the hiding of secrets request a large one repeatedly. */
let latest: WeakRef<{ readonly text: string; readonly path: string; readonly result: YamlResult }> | undefined;
const LEAST_KEPT = 10_000;

function parse(text: string, path: string): YamlResult {
  let source: Source = { text, lineStarts: [0] };
  try {
    source = readSource(text);
    checkCharacters(source);
    const root = readStructure(source);
    const node = root === undefined ? undefined : construct(source, path, root);
    return { node: node?.type === "scalar" && node.kind === "null" ? undefined : node, error: undefined };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { line, column } = pointAt(source, error.offset);
    return { node: undefined, error: { reason: error.reason, line, column, limit: error.limit } };
  }
}
