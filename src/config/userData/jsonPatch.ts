import { equal, isDict, type PyDict, type PyValue } from "../../python/dataModel.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import { loadJson } from "../../python/json.ts";
import { strip } from "../../python/strings.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { fromNode } from "../../python/value.ts";
import { builtin } from "../builtin.ts";
import { findPair } from "../merge.ts";
import { type Excerpt, originOfExcerpt } from "./excerpt.ts";

/** Limits for operations, steps of a path and nesting; real patches stay far below. */
const MOST = 100;
const LONGEST_PATH = 20;
const DEEPEST = 100;

/**
 * Applies a `#cloud-config-jsonp` part, a JSON patch (RFC 6902), to the result of earlier parts.
 * @throws Raises if it cannot be applied, so that none of it takes effect; CannotTell if it is too large
 */
export function applyPatch(config: Mapping, patch: Excerpt): Mapping {
  const place = at(patch);
  const text = strip(patch.text, null, "start").replace(/^#cloud-config-jsonp/, "");
  if (levels(text) > DEEPEST) throw new CannotTell("its values are nested too deeply");
  const operations = loadJson(text);
  if (!Array.isArray(operations)) throw new Raises("it is not a list of operations");
  if (operations.length > MOST) throw new CannotTell(`it has more than ${MOST} operations`);
  const patched = operations.reduce<ConfigNode>((node, operation) => applyOperation(node, operation, place), config);
  if (patched.type !== "mapping") throw new Raises("its result is not a mapping");
  return patched;
}

/** The nesting depth of brackets, including those in strings. */
function levels(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

type Place = (value: PyValue) => ConfigNode;

/** Creates nodes whose place is the beginning of the part. */
function at(patch: Excerpt): Place {
  const { line, column } = originOfExcerpt(patch);
  const position = { start: { line, column }, end: { line, column } };
  const put = (node: ConfigNode): ConfigNode => {
    if (node.type === "scalar") return { ...node, position };
    if (node.type === "sequence") return { ...node, position, children: node.children.map(put) };
    const pair = (child: Pair): Pair => ({
      ...child,
      position,
      key: put(child.key) as Scalar,
      value: put(child.value),
    });
    return { ...node, position, children: node.children.map(pair) };
  };
  return (value) => put(builtin(value, patch.path));
}

function applyOperation(root: ConfigNode, operation: PyValue, place: Place): ConfigNode {
  const members: PyDict = isDict(operation) ? operation : new Map();
  const path = steps(members.get("path"));
  const value = (): ConfigNode => {
    const given = members.get("value");
    if (given === undefined) throw new Raises('an operation lacks its "value"');
    return place(given);
  };
  switch (members.get("op")) {
    case "add":
      return add(root, path, value());
    case "remove":
      return remove(root, path);
    case "replace":
      find(root, path);
      return path.length === 0 ? value() : add(remove(root, path), path, value());
    case "move": {
      const from = steps(members.get("from"));
      return add(remove(root, from), path, find(root, from));
    }
    case "copy":
      return add(root, path, find(root, steps(members.get("from"))));
    case "test":
      if (!equal(fromNode(find(root, path)), fromNode(value()))) throw new Raises("one of its tests fails");
      return root;
    default:
      throw new Raises("it contains an unknown operation");
  }
}

function steps(pointer: unknown): string[] {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/")))
    throw new Raises("a path is not a JSON pointer");
  const found = pointer.split("/").slice(1);
  if (found.length > LONGEST_PATH) throw new CannotTell("a path has too many steps");
  return found.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function find(node: ConfigNode, path: readonly string[]): ConfigNode {
  return path.reduce((held, step) => child(held, step), node);
}

function child(node: ConfigNode, step: string): ConfigNode {
  const found =
    node.type === "mapping"
      ? findPair(node, step)?.value
      : node.type === "sequence" && /^(0|[1-9]\d*)$/.test(step)
        ? node.children[Number(step)]
        : undefined;
  if (found === undefined) throw new Raises(`"${step}" does not exist`);
  return found;
}

/** The tree with the container of the last step changed. */
function change(
  node: ConfigNode,
  path: readonly string[],
  edit: (holder: ConfigNode, step: string) => ConfigNode,
): ConfigNode {
  const [step, ...rest] = path;
  if (step === undefined) throw new Raises("it would replace the whole document");
  if (rest.length === 0) return edit(node, step);
  const next = change(child(node, step), rest, edit);
  if (node.type === "mapping")
    return {
      ...node,
      children: node.children.map((pair) => (pair.key.value === step ? { ...pair, value: next } : pair)),
    };
  if (node.type === "sequence") return { ...node, children: node.children.with(Number(step), next) };
  return node;
}

function add(root: ConfigNode, path: readonly string[], value: ConfigNode): ConfigNode {
  if (path.length === 0) return value;
  return change(root, path, (holder, step) => {
    if (holder.type === "mapping") {
      const held = findPair(holder, step);
      const { path: file, position } = value;
      const key: Scalar = { type: "scalar", kind: "str", value: step, path: file, position };
      const pair: Pair = { type: "pair", key, value, path: file, position, shadowed: held === undefined ? [] : [held] };
      const others = holder.children;
      return {
        ...holder,
        children: held === undefined ? [...others, pair] : others.map((p) => (p === held ? pair : p)),
      };
    }
    if (holder.type !== "sequence") throw new Raises(`"${step}" is in neither a mapping nor a list`);
    const index = step === "-" ? holder.children.length : /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
    if (!(index <= holder.children.length)) throw new Raises(`"${step}" is not a position in the list`);
    return { ...holder, children: holder.children.toSpliced(index, 0, value) };
  });
}

function remove(root: ConfigNode, path: readonly string[]): ConfigNode {
  return change(root, path, (holder, step) => {
    child(holder, step);
    if (holder.type === "mapping")
      return {
        ...holder,
        children: holder.children.filter((pair) => pair.key.value !== step || pair.key.kind !== "str"),
      };
    if (holder.type === "sequence") return { ...holder, children: holder.children.toSpliced(Number(step), 1) };
    return holder;
  });
}
