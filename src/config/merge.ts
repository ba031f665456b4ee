import { hashOf } from "../python/dataModel.ts";
import { Raises } from "../python/errors.ts";
import { strip } from "../python/strings.ts";
import type { ConfigNode, Mapping, Pair, Scalar, Sequence } from "../python/tree.ts";
import { fromScalar, toValue, truthy } from "../python/value.ts";
import type { TemplateProblem } from "./problems.ts";

/** An error caused by one place of the configuration. Outside modules nothing in cloud-init catches it, and the stage fails. */
export class FatalConfigError extends Raises {
  readonly node: ConfigNode | Pair | undefined;
  /** The problem of the file's template, if that is the error. */
  readonly problem: TemplateProblem | undefined;
  constructor(message: string, node?: ConfigNode | Pair, problem?: TemplateProblem) {
    super(message);
    this.node = node;
    this.problem = problem;
  }
}

/**
 * Merges mappings, the first with the highest priority, as util.mergemanydict does (18.5 to 26.2): each source is merged
 * *underneath* what is collected so far, by the mergers that the source itself names in `merge_how` or `merge_type`,
 * default `list()+dict()+str()`. Pairs that lose are kept in the winner's `shadowed`.
 * @throws FatalConfigError for mergers that cloud-init cannot build.
 */
export function mergeMany(sources: readonly Mapping[], empty: Mapping): Mapping {
  const merged = byKey(empty);
  for (const source of sources) {
    if (source.children.length === 0) continue;
    const { named, rest } = takeMergers(source);
    const mergers = named.length === 0 ? DEFAULT_MERGERS : named;
    const merger = mergers.find(({ name }) => name === "dict");
    if (merger !== undefined) mergePairs(merged, rest, merger, mergers);
  }
  return { ...empty, children: [...merged.values()] };
}

/**
 * Merges a part of user-data into the result of earlier parts (handlers/cloud_config.py, 18.5 to 26.2), with the mergers
 * that it names itself and those of its `Merge-Type` header; without any, its keys replace earlier ones.
 * @throws FatalConfigError if cloud-init raises an error and continues without the part.
 */
export function mergePart(collected: Mapping, part: Mapping, header: string): Mapping {
  const { named, rest } = takeMergers(part);
  const all = [...named, ...parseMergerText(header, part)];
  return mergeNodes(collected, rest, all.length === 0 ? PART_MERGERS : all) as Mapping;
}

/** One merger: its name without `m_`, and its options, whose membership is tested like Python's `in`. */
interface Merger {
  readonly name: "list" | "dict" | "str";
  readonly has: (option: string) => boolean;
}

const DEFAULT_MERGERS: readonly Merger[] = [merger("list", []), merger("dict", []), merger("str", [])];
const PART_MERGERS: readonly Merger[] = [merger("dict", ["replace"]), merger("list", []), merger("str", [])];

function merger(name: Merger["name"], options: readonly string[]): Merger {
  return { name, has: (option) => options.includes(option) };
}

/** Removes `merge_how` (or else `merge_type`) from a copy of a mapping. */
function takeMergers(source: Mapping): { named: readonly Merger[]; rest: Mapping } {
  const taken = new Set<Pair>();
  let spec: Pair | undefined;
  for (const name of ["merge_how", "merge_type"]) {
    const pair = findPair(source, name);
    if (pair === undefined) continue;
    taken.add(pair);
    if (pair.value.type === "scalar" && pair.value.kind === "null") continue;
    spec = pair;
    break;
  }
  const rest = taken.size === 0 ? source : { ...source, children: source.children.filter((pair) => !taken.has(pair)) };
  return { named: spec === undefined ? [] : parseMergers(spec), rest };
}

function parseMergers(spec: Pair): Merger[] {
  const node = spec.value;
  if (node.type === "scalar") {
    if (node.kind !== "str") throw new FatalConfigError("merge_how must be a string or a list", spec);
    return parseMergerText(String(node.value), spec);
  }
  const items: readonly ConfigNode[] = node.type === "sequence" ? node.children : node.children.map((pair) => pair.key);
  const mergers: Merger[] = [];
  for (const item of items) {
    const { name, has } = parseMergerItem(item, spec);
    if (name !== "") mergers.push({ name: knownMerger(name, spec), has });
  }
  return mergers;
}

function parseMergerText(text: string, spec: Pair | Mapping): Merger[] {
  const mergers: Merger[] = [];
  for (const part of text.split("+")) {
    const name = strip(part.toLowerCase()).replaceAll("-", "_");
    if (name === "") continue;
    const match = /^([a-z_][a-z0-9_]*)\((.*?)\)$/.exec(name);
    if (match === null) throw new FatalConfigError(`merge_how: "${name}" is not of the form name(options)`, spec);
    const options = match[2]!
      .trim()
      .split(",")
      .map((option) => option.trim())
      .filter((option) => option !== "");
    mergers.push(merger(knownMerger(match[1]!, spec), options));
  }
  return mergers;
}

function parseMergerItem(item: ConfigNode, spec: Pair): { name: string; has: Merger["has"] } {
  if (item.type === "mapping") {
    const name = findPair(item, "name")?.value;
    const settings = findPair(item, "settings")?.value;
    if (name?.type !== "scalar" || name.kind !== "str" || settings === undefined)
      throw new FatalConfigError("merge_how: each entry needs a name and settings", spec);
    return { name: strip(String(name.value).replaceAll("-", "_")), has: membership(settings, spec) };
  }
  if (item.type === "sequence") {
    const [first, ...options] = item.children;
    if (first?.type !== "scalar" || (first.kind !== "str" && truthy(first)))
      throw new FatalConfigError("merge_how: each entry needs a name", spec);
    const values = options.map((option) => toValue(option));
    return { name: first.kind === "str" ? String(first.value) : "", has: (option) => values.includes(option) };
  }
  // cloud-init iterates over a string as a list of letters, so it never finds a merger of that name.
  if (item.kind !== "str" || item.value === "")
    throw new FatalConfigError("merge_how: an entry is neither a mapping nor a list", spec);
  return { name: String(item.value)[0]!, has: (option) => String(item.value).slice(1).includes(option) };
}

function membership(settings: ConfigNode, spec: Pair): Merger["has"] {
  if (settings.type === "mapping") return (option) => findPair(settings, option) !== undefined;
  if (settings.type === "sequence") return (option) => settings.children.some((child) => toValue(child) === option);
  if (settings.kind === "str") return (option) => String(settings.value).includes(option);
  throw new FatalConfigError("merge_how: settings must be a list", spec);
}

function knownMerger(name: string, spec: Pair | Mapping): Merger["name"] {
  const short = name.startsWith("m_") ? name.slice(2) : name;
  if (short === "list" || short === "dict" || short === "str") return short;
  throw new FatalConfigError(`merge_how: unknown merger "${name}" (available: list, dict, str)`, spec);
}

/** The first merger that handles the type of the value collected so far decides; if none does, that value stays. */
function mergeNodes(value: ConfigNode, lower: ConfigNode, mergers: readonly Merger[]): ConfigNode {
  const kind = value.type === "mapping" ? "dict" : value.type === "sequence" ? "list" : value.kind;
  const merger = mergers.find((candidate) => candidate.name === kind);
  if (merger === undefined) return value;
  if (value.type === "mapping") return lower.type === "mapping" ? mergeMappings(value, lower, merger, mergers) : value;
  if (value.type === "sequence") return mergeSequences(value, lower, merger, mergers);
  return mergeStrings(value, lower, merger);
}

function mergeMappings(value: Mapping, lower: Mapping, merger: Merger, mergers: readonly Merger[]): Mapping {
  const merged = byKey(value);
  mergePairs(merged, lower, merger, mergers);
  return { ...value, children: [...merged.values()] };
}

function byKey(mapping: Mapping): Map<unknown, Pair> {
  return new Map(mapping.children.map((pair) => [hashOf(fromScalar(pair.key)), pair]));
}

/** Merges a mapping underneath the pairs collected so far; modifies them. */
function mergePairs(merged: Map<unknown, Pair>, lower: Mapping, merger: Merger, mergers: readonly Merger[]): void {
  const replace = merger.has("replace");
  const lists = merger.has("recurse_array") || merger.has("recurse_list");
  const strings = merger.has("recurse_str");
  const remove = merger.has("allow_delete");
  for (const pair of lower.children) {
    const identity = hashOf(fromScalar(pair.key));
    const held = merged.get(identity);
    const next = pair.value;
    if (held === undefined) merged.set(identity, pair);
    else if (remove && next.type === "scalar" && next.kind === "null") merged.delete(identity);
    else if (replace) merged.set(identity, { ...pair, key: held.key, shadowed: [held, ...pair.shadowed] });
    else {
      const recurse =
        next.type === "mapping" ||
        (next.type === "sequence" && lists) ||
        (next.type === "scalar" && next.kind === "str" && strings);
      const result = recurse ? mergeNodes(held.value, next, mergers) : held.value;
      merged.set(identity, joinPairs(held, pair, result));
    }
  }
}

/** The pair after a merge: the lower one if the lower value was taken unchanged. */
function joinPairs(held: Pair, lower: Pair, result: ConfigNode): Pair {
  if (result === lower.value && result !== held.value)
    return { ...lower, key: held.key, shadowed: [held, ...lower.shadowed] };
  return { ...held, value: result, shadowed: [...held.shadowed, lower] };
}

function mergeSequences(value: Sequence, lower: ConfigNode, merger: Merger, mergers: readonly Merger[]): ConfigNode {
  const method =
    (["append", "prepend", "replace"] as const).find((name) => merger.has(name)) ??
    (merger.has("no_replace") ? "no_replace" : "replace");
  if (method === "replace" && lower.type !== "sequence") return lower;
  const items = iterate(lower);
  if (method === "append") return { ...value, children: [...value.children, ...items] };
  if (method === "prepend") return { ...value, children: [...items, ...value.children] };
  const children = value.children.map((held, index) => {
    const next = items[index];
    if (next === undefined || method === "no_replace") return held;
    const recurse =
      (next.type === "sequence" && (merger.has("recurse_array") || merger.has("recurse_list"))) ||
      (next.type === "mapping" && merger.has("recurse_dict")) ||
      (next.type === "scalar" && next.kind === "str" && merger.has("recurse_str"));
    return recurse ? mergeNodes(held, next, mergers) : next;
  });
  return { ...value, children };
}

/** The items that Python's list.extend() takes from a value: a mapping's keys, a string's letters. */
function iterate(node: ConfigNode): readonly ConfigNode[] {
  if (node.type === "sequence") return node.children;
  if (node.type === "mapping") return node.children.map((pair) => pair.key);
  if (node.kind === "str") return [...String(node.value)].map((letter): Scalar => ({ ...node, value: letter }));
  throw new FatalConfigError("merge_how joins a list with a value that is not a list", node);
}

function mergeStrings(value: Scalar, lower: ConfigNode, merger: Merger): ConfigNode {
  if (!merger.has("append")) return lower;
  if (lower.type !== "scalar" || lower.kind !== "str")
    throw new FatalConfigError("merge_how appends a value that is not a string to a string", lower);
  return { ...value, value: `${value.value}${lower.value}` };
}

/** The pair of a string key in a mapping. */
export function findPair(mapping: Mapping, key: string): Pair | undefined {
  const { children } = mapping;
  if (children.length < LARGE) return children.find((pair) => pair.key.kind === "str" && pair.key.value === key);
  let index = indices.get(mapping);
  if (index === undefined) {
    const first = new Map<Scalar["value"], Pair>();
    for (const pair of children)
      if (pair.key.kind === "str" && !first.has(pair.key.value)) first.set(pair.key.value, pair);
    index = first;
    indices.set(mapping, index);
  }
  return index.get(key);
}

/** Mappings with at least this many pairs are indexed when searched, since modules look up thousands of keys. */
const LARGE = 64;

const indices = new WeakMap<Mapping, ReadonlyMap<Scalar["value"], Pair>>();
