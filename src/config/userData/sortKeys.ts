import type { ConfigNode, Mapping, Pair } from "../../python/tree.ts";

/**
 * Sorts the keys of every mapping, as happens when cloud-init writes user-data and reads it back
 * (handlers/cloud_config.py, 18.5 to 26.2). Keys of mixed types keep their order.
 */
export function sortKeys(root: Mapping): Mapping {
  return sorted(root, new Map()) as Mapping;
}

function sorted(node: ConfigNode, done: Map<ConfigNode, ConfigNode>): ConfigNode {
  if (node.type === "scalar") return node;
  const known = done.get(node);
  if (known !== undefined) return known;
  const result: ConfigNode =
    node.type === "sequence"
      ? { ...node, children: node.children.map((child) => sorted(child, done)) }
      : { ...node, children: inOrder(node).map((pair) => ({ ...pair, value: sorted(pair.value, done) })) };
  done.set(node, result);
  return result;
}

function inOrder({ children }: Mapping): readonly Pair[] {
  if (children.every(({ key }) => key.kind === "str"))
    return children.toSorted((a, b) => compareText(String(a.key.value), String(b.key.value)));
  if (children.every(({ key }) => ["bool", "int", "float"].includes(key.kind)))
    return children.toSorted((a, b) => Number(a.key.value) - Number(b.key.value));
  return children;
}

/** By code point, as Python compares. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
