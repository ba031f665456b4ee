import type { ConfigNode, Scalar, Sequence } from "../../python/tree.ts";

/** Whether a value has a JSON Schema type, as in Python's draft 4: 1.0 is not an integer, bytes are a string. */
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

/** Whether a scalar equals one of some JSON values; a list or mapping equals none. */
export function includesValue(values: readonly unknown[], node: ConfigNode): boolean {
  if (node.type !== "scalar" || node.kind === "date" || node.kind === "datetime" || node.kind === "binary")
    return false;
  return values.some((value) => (typeof node.value === "bigint" ? false : value === node.value));
}

/** The number of characters after which items count as different. */
const LONGEST = 20_000;

/** Whether a list contains an item twice. 1 and 1.0 are the same item, 1 and true are not. */
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
