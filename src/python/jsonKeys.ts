import type { ConfigNode, Mapping, Pair } from "./tree.ts";

const NUMBERS = new Set(["bool", "int", "float"]);

/**
 * The pair over which Python's json.dumps(sort_keys=True) raises an error: its key is of another type than the keys
 * before it in order, or of a type that JSON has no keys of; undefined where it raises none.
 */
export function unsortablePair(root: Mapping): Pair | undefined {
  const seen = new Set<ConfigNode>();
  const search = (node: ConfigNode): Pair | undefined => {
    if (node.type === "scalar" || seen.has(node)) return undefined;
    seen.add(node);
    if (node.type === "mapping") {
      const wrong = wrongKey(node);
      if (wrong !== undefined) return wrong;
    }
    for (const child of node.children) {
      const found = search(child.type === "pair" ? child.value : child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root);
}

function wrongKey({ children }: Mapping): Pair | undefined {
  const sort = ({ key }: Pair) => (NUMBERS.has(key.kind) ? "number" : key.kind);
  return children.find((pair) => {
    const kind = sort(pair);
    if (kind !== "number" && kind !== "str" && kind !== "null") return true;
    return kind !== "str" && children.some((other) => sort(other) !== kind);
  });
}
