import type { ConfigNode, Scalar, Sequence } from "../../python/tree.ts";

/** Whether a value is of a type of JSON Schema's, as Python's draft 4 tells them: 1.0 is no integer, bytes are a string. */
export function isOfType(node: ConfigNode, type: string): boolean {
  if (node.type === "mapping") return type === "object";
  if (node.type === "sequence") return type === "array";
  return Object.hasOwn(KINDS, type) && KINDS[type]!.includes(node.kind);
}

const KINDS: Readonly<Record<string, readonly Scalar["kind"][]>> = {
  string: ["str", "binary"],
  integer: ["int"],
  number: ["int", "float"],
  boolean: ["bool"],
  null: ["null"],
};

/** Whether one of some JSON values is equal to a scalar; a list or mapping is equal to none. */
export function includesValue(values: readonly unknown[], node: ConfigNode): boolean {
  if (node.type !== "scalar" || node.kind === "date" || node.kind === "datetime" || node.kind === "binary")
    return false;
  return values.some((value) => (typeof node.value === "bigint" ? false : value === node.value));
}

/** Beyond so many characters items count as different. */
const LONGEST = 20_000;

/** Whether a list has an item twice. 1, 1.0 and true are different items only where their types are. */
export function isRepeated(list: Sequence): boolean {
  const seen = new Set<string>();
  return list.children.some((item) => {
    const budget = { left: LONGEST };
    const id = identity(item, budget);
    return budget.left > 0 && (seen.has(id) || !seen.add(id));
  });
}

function identity(node: ConfigNode, budget: { left: number }): string {
  if (budget.left <= 0) return "";
  if (node.type === "scalar") {
    const text = `${node.kind === "int" || node.kind === "float" ? "number" : node.kind} ${node.value}`;
    budget.left -= text.length + 1;
    return JSON.stringify(text);
  }
  budget.left -= 2;
  if (node.type === "sequence") return `[${node.children.map((item) => identity(item, budget)).join(",")}]`;
  const pairs = node.children.map(({ key, value }) => `${identity(key, budget)}:${identity(value, budget)}`);
  return `{${pairs.sort().join(",")}}`;
}
