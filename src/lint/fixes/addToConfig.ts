import { isDeepStrictEqual } from "node:util";
import { findPair } from "../../config/merge.ts";
import { templateKind } from "../../config/rendering.ts";
import type { Origin } from "../../image/origin.ts";
import type { ConfigNode, ConfigObject, ConfigValue, Mapping, Pair } from "../../python/tree.ts";
import { pyStr, toValue } from "../../python/value.ts";
import { parseYaml } from "../../python/yaml/load.ts";

/** The first line of a new drop-in. */
const PURPOSE = "# Keeps what the image sets; written by cloud-init-lint.";

/** A replacement of the text between two offsets. */
interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/**
 * A text of cloud-config with a fragment of cloud-config merged into it: mappings are merged, other values replaced, missing
 * keys added with the comments above them. Everything else stays as it is: comments, order, quotes, indentation, line ends.
 * A second application changes nothing.
 * @param text undefined for a new file, which gets a comment that says what it is for
 * @returns undefined if there is no such text, such as for a template, or where aliases share the value
 */
export function addToConfig(text: string | undefined, fragment: string): string | undefined {
  const added = parseMapping(fragment);
  if (added === undefined || added === "empty") return undefined;
  if (text === undefined) return `${PURPOSE}\n${lines(fragment).join("\n").trimEnd()}\n`;
  if (templateKind(text) !== undefined) return undefined;
  const root = parseMapping(text);
  if (root === undefined) return undefined;
  const wanted = root === "empty" ? toValue(added) : merged(root, added);
  const edits =
    root === "empty" ? [appended(text, chunks(fragment, added))] : merge(text, root, fragment, added, "top");
  const result = edits && applied(text, edits);
  if (result === undefined) return undefined;
  const now = parseMapping(result);
  return typeof now === "object" && isDeepStrictEqual(toValue(now), wanted) ? result : undefined;
}

/**
 * A text of cloud-config with a fragment merged into it where the blamed line is in a key of the fragment; or, where that
 * line sets a key of the same name as the innermost of the fragment, such as `sudo` of another user, with its value.
 * @param replaces whether the value on the line is replaced even where both are mappings
 * @returns undefined if the line does neither, or as for `addToConfig`
 */
export function setOnLine(
  text: string,
  { line, column }: Origin,
  fragment: string,
  replaces: boolean,
): string | undefined {
  const root = parseMapping(text);
  const added = parseMapping(fragment);
  if (typeof root !== "object" || typeof added !== "object" || templateKind(text) !== undefined) return undefined;
  const isBlamed = ({ key }: Pair) => {
    const position = findPair(root, String(key.value))?.position;
    return position !== undefined && position.start.line <= line && line <= position.end.line;
  };
  if (added.children.some(isBlamed) && !replaces)
    return discards(root, added) ? undefined : addToConfig(text, fragment);
  const leaf = replaces ? added.children[0] : innermost(added);
  if (leaf === undefined) return undefined;
  const isThere = ({ position: { start } }: ConfigNode | Pair) => start.line === line && start.column === column;
  const found = findBlamed(root, String(leaf.key.value), isThere);
  const edits = found && replacement(text, found.pair, fragment, leaf.value);
  if (edits === undefined) return undefined;
  const result = applied(text, edits);
  const now = parseMapping(result);
  const wanted = withValue(toValue(root), found!.steps, toValue(leaf.value));
  return typeof now === "object" && isDeepStrictEqual(toValue(now), wanted) ? result : undefined;
}

/** Whether a value of several levels, such as the interfaces of a network, would give way to a plain one. */
function discards(node: Mapping, over: Mapping): boolean {
  return over.children.some(({ key, value }) => {
    const held = findPair(node, String(key.value))?.value;
    if (held === undefined || held.type === "scalar") return false;
    if (value.type === "scalar") return held.children.some((child) => contentOf(child).type !== "scalar");
    return held.type === "mapping" && value.type === "mapping" && discards(held, value);
  });
}

function contentOf(child: ConfigNode | Pair): ConfigNode {
  return child.type === "pair" ? child.value : child;
}

/** The only pair without a mapping below it; undefined if there are several. */
function innermost({ children }: Mapping): Pair | undefined {
  const [pair, ...others] = children;
  if (pair === undefined || others.length > 0) return undefined;
  return pair.value.type === "mapping" && pair.value.children.length > 0 ? innermost(pair.value) : pair;
}

/** A pair with this key and the steps to it, if it is at the blamed place or in the mapping that begins there. */
function findBlamed(
  node: ConfigNode,
  key: string,
  isThere: (node: ConfigNode | Pair) => boolean,
): { readonly pair: Pair; readonly steps: readonly (string | number)[] } | undefined {
  if (node.type === "scalar") return undefined;
  if (node.type === "mapping") {
    const pair = findPair(node, key);
    if (pair !== undefined && (isThere(pair) || isThere(node))) return { pair, steps: [key] };
  }
  for (const [index, child] of node.children.entries()) {
    const isPair = child.type === "pair";
    const found = findBlamed(isPair ? child.value : child, key, isThere);
    if (found !== undefined) return { ...found, steps: [isPair ? pyStr(child.key) : index, ...found.steps] };
  }
  return undefined;
}

function withValue(value: ConfigValue, steps: readonly (string | number)[], by: ConfigValue): ConfigValue {
  const [step, ...rest] = steps;
  if (step === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : Object.assign(Object.create(null), value);
  copy[step] = withValue(copy[step], rest, by);
  return copy;
}

/** The mapping in a text; "empty" if it holds only comments, undefined if it holds anything else. */
function parseMapping(text: string): Mapping | "empty" | undefined {
  const { node, error } = parseYaml(text, "");
  if (error !== undefined) return undefined;
  if (node === undefined) return lines(text).every((line) => /^\s*(#.*)?$/.test(line)) ? "empty" : undefined;
  return node.type === "mapping" ? node : undefined;
}

/** The value of a node with another merged over it. */
function merged(node: ConfigNode, over: ConfigNode): ConfigValue {
  if (node.type !== "mapping" || over.type !== "mapping") return toValue(over);
  const all = toValue(node) as ConfigObject;
  for (const { key, value } of over.children) {
    const held = findPair(node, String(key.value));
    all[String(key.value)] = held === undefined ? toValue(value) : merged(held.value, value);
  }
  return all;
}

/** The edits that merge a mapping of the fragment into one of the text; undefined if that cannot be written. */
function merge(
  text: string,
  into: Mapping,
  fragment: string,
  from: Mapping,
  level: "top" | "nested",
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  const missing: Pair[] = [];
  for (const pair of from.children) {
    if (pair.key.kind !== "str") return undefined;
    const held = findPair(into, String(pair.key.value));
    if (held === undefined) {
      missing.push(pair);
      continue;
    }
    const { key, value } = held;
    if (isDeepStrictEqual(toValue(value), merged(value, pair.value))) continue;
    // What an alias or << brings in is written elsewhere, for others too.
    if (offsets(held).start < offsets(into).start || offsets(held).end > offsets(into).end) return undefined;
    const isHere = offsets(value).start >= offsets(key).end;
    const isMerged = value.type === "mapping" && pair.value.type === "mapping" && isHere && value.children.length > 0;
    const nested = isMerged
      ? merge(text, value, fragment, pair.value as Mapping, "nested")
      : replacement(text, held, fragment, pair.value);
    if (nested === undefined) return undefined;
    edits.push(...nested);
  }
  if (missing.length === 0) return edits;
  const insertion = inserted(text, into, fragment, from, missing, level);
  return insertion && [...edits, insertion];
}

/** The edit that gives a pair of the text another value. */
function replacement(
  text: string,
  { key, value, position }: Pair,
  fragment: string,
  by: ConfigNode,
): TextEdit[] | undefined {
  const colon = /\s*:/y;
  colon.lastIndex = offsets(key).end;
  if (!colon.test(text)) return undefined;
  const afterColon = colon.lastIndex;
  const end = position.end.offset ?? 0;
  const { start } = offsets(value);
  const between = start < afterColon ? "" : text.slice(afterColon, start);
  const written = alike(text, value, fragment, by);
  if (written === undefined) return undefined;
  // Without a value, or where it is an alias, a tag or on lines of its own, all behind the colon is replaced.
  const isInPlace = end > start && start >= afterColon && between !== "" && !/[!\n]/.test(between);
  const isCommented = between.includes("#");
  if (isInPlace || isCommented) return [{ start, end, by: written }];
  return [{ start: afterColon, end: Math.max(end, afterColon), by: ` ${written}` }];
}

/** Forms in which people write true and false. */
const BOOLEANS = [
  "true false",
  "True False",
  "TRUE FALSE",
  "yes no",
  "Yes No",
  "YES NO",
  "on off",
  "On Off",
  "ON OFF",
].map((words) => words.split(" ") as [string, string]);

/** A value of the fragment on one line, a boolean in the words of the one that it replaces. */
function alike(text: string, value: ConfigNode, fragment: string, by: ConfigNode): string | undefined {
  if (by.type === "scalar" && by.kind === "bool" && value.type === "scalar" && value.kind === "bool") {
    const { start, end } = offsets(value);
    const words = BOOLEANS.find((pair) => pair.includes(text.slice(start, end)));
    if (words !== undefined) return by.value === true ? words[0] : words[1];
  }
  return inFlow(fragment, by);
}

/** A value on one line, as it may stand in brackets. */
function inFlow(fragment: string, node: ConfigNode): string | undefined {
  const { start, end } = offsets(node);
  const written = fragment.slice(start, end);
  const isOneLine = !written.includes("\n");
  if (node.type === "scalar") {
    if (isOneLine) return written === "" ? "null" : written;
    return typeof node.value === "string" ? JSON.stringify(node.value) : undefined;
  }
  if (isOneLine && /^[[{]/.test(written)) return written;
  const parts = node.children.map((child) =>
    child.type === "pair" ? pairInFlow(fragment, child) : inFlow(fragment, child),
  );
  if (parts.includes(undefined)) return undefined;
  return node.type === "mapping" ? `{${parts.join(", ")}}` : `[${parts.join(", ")}]`;
}

function pairInFlow(fragment: string, { key, value }: Pair): string | undefined {
  const [name, written] = [inFlow(fragment, key), inFlow(fragment, value)];
  return name && written && `${name}: ${written}`;
}

/** The edit that adds pairs of the fragment behind the last of a mapping of the text. */
function inserted(
  text: string,
  into: Mapping,
  fragment: string,
  from: Mapping,
  missing: readonly Pair[],
  level: "top" | "nested",
): TextEdit | undefined {
  const { start, end } = offsets(into);
  if (text[start] === "{") {
    const pairs = missing.map((pair) => pairInFlow(fragment, pair));
    if (pairs.includes(undefined)) return undefined;
    const last = into.children.map((pair) => offsets(pair).end).filter((at) => at < end);
    if (last.length === 0) return { start: start + 1, end: end - 1, by: pairs.join(", ") };
    const at = Math.max(...last);
    return { start: at, end: at, by: `, ${pairs.join(", ")}` };
  }
  const wanted = new Set(missing);
  const all = level === "top" ? chunks(fragment, from) : from.children.map((pair) => chunkOf(fragment, pair));
  const added = all.filter((_chunk, index) => wanted.has(from.children[index]!)).flat();
  const [first] = into.children.filter((pair) => offsets(pair).start >= start);
  if (first === undefined) return undefined;
  const indent = first.position.start.column - 1;
  const rest = lines(text.slice(end)).slice(1);
  // A person adds a key at the end of the file, behind all comments.
  if (level === "top" && indent === 0 && rest.every((line) => /^\s*(#.*)?$/.test(line))) return appended(text, added);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const [line] = lines(text.slice(end));
  const at = end + line!.length;
  return { start: at, end: at, by: added.map((one) => `${eol}${" ".repeat(indent)}${one}`.trimEnd()).join("") };
}

/** The edit that adds lines at the end of a text. */
function appended(text: string, added: readonly string[] | readonly (readonly string[])[]): TextEdit {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text === "" || text.endsWith("\n") ? "" : eol;
  return {
    start: text.length,
    end: text.length,
    by:
      before +
      added
        .flat()
        .map((line) => line + eol)
        .join(""),
  };
}

/** The lines of each pair of the fragment, with those above it that belong to no other. */
function chunks(fragment: string, { children }: Mapping): string[][] {
  const all = lines(fragment);
  let next = 0;
  return children.map((pair) => {
    const last = pair.position.end.line;
    const chunk = all.slice(next, last);
    next = last;
    return chunk;
  });
}

/** The lines of one pair, without its indentation. */
function chunkOf(fragment: string, pair: Pair): string[] {
  const { start, end } = pair.position;
  const column = start.column - 1;
  return lines(fragment)
    .slice(start.line - 1, end.line)
    .map((line) => line.slice(column));
}

function applied(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, by } of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + by;
    at = end;
  }
  return result + text.slice(at);
}

function lines(text: string): string[] {
  return text.split(/\r?\n/);
}

function offsets({ position }: ConfigNode | Pair): { readonly start: number; readonly end: number } {
  return { start: position.start.offset ?? 0, end: position.end.offset ?? 0 };
}
