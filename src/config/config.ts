import type { Origin } from "../image/origin.ts";
import { type ConfigNode, type ConfigValue, type Mapping, originOf, type Pair } from "../python/tree.ts";
import { pyStr, toValue, truthy } from "../python/value.ts";
import { findPair } from "./merge.ts";
import { isTrue } from "./options.ts";

/** A merged configuration in which every value knows the place it comes from. Paths are lists of keys and indices. */
export class Config {
  readonly root: Mapping;

  constructor(root: Mapping) {
    this.root = root;
  }

  /** The node at a path; undefined if there is none. */
  node(...path: (string | number)[]): ConfigNode | undefined {
    let node: ConfigNode | undefined = this.root;
    for (const step of path) node = child(node, step);
    return node;
  }

  /** The plain value at a path; undefined if there is none (null is a value). */
  get(...path: (string | number)[]): ConfigValue | undefined {
    const node = this.node(...path);
    return node === undefined ? undefined : toValue(node);
  }

  has(key: string): boolean {
    return findPair(this.root, key) !== undefined;
  }

  /** The pair of a key, with the pairs that it shadows. */
  pair(...path: [...(string | number)[], string]): Pair | undefined {
    const holder = this.node(...path.slice(0, -1));
    return holder?.type === "mapping" ? findPair(holder, String(path.at(-1))) : undefined;
  }

  /** The place where a value is set: that of its key, or an item's own; undefined if no file sets it. */
  origin(...path: (string | number)[]): Origin | undefined {
    const last = path.at(-1);
    if (typeof last === "string") {
      const pair = this.pair(...path.slice(0, -1), last);
      return pair === undefined ? undefined : originOf(pair);
    }
    const node = this.node(...path);
    return node === undefined ? undefined : originOf(node);
  }

  /** util.get_cfg_option_bool: the default if missing, false for a falsy value, otherwise as is_true. */
  bool(key: string, absent: boolean): boolean {
    const node = this.node(key);
    if (node === undefined) return absent;
    return truthy(node) && (isTrue(node) || toValue(node) === true);
  }

  /** util.get_cfg_option_str: the default if missing, the string "None" for null. */
  text(key: string, absent?: string): string | undefined {
    const node = this.node(key);
    return node === undefined ? absent : pyStr(node);
  }
}

function child(node: ConfigNode | undefined, step: string | number): ConfigNode | undefined {
  if (node?.type === "mapping") return findPair(node, String(step))?.value;
  if (node?.type === "sequence") return node.children[Number(step)];
  return undefined;
}

/**
 * The origin of every value by JSON pointer, as `config -f json` prints them. Aliases can turn a few lines into any
 * number of values, so the result stops after `limit` characters of pointers and paths.
 */
export function origins(root: Mapping, limit: number): Record<string, Origin> {
  const found: Record<string, Origin> = Object.create(null);
  let left = limit;
  const add = (pointer: string, origin: Origin): void => {
    if (left <= 0) return;
    found[pointer] = origin;
    left -= pointer.length + origin.path.length;
  };
  const visit = (node: ConfigNode, pointer: string): void => {
    if (left <= 0) return;
    if (node.type === "mapping")
      for (const pair of node.children) {
        const step = `${pointer}/${pyStr(pair.key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
        add(step, originOf(pair));
        visit(pair.value, step);
      }
    else if (node.type === "sequence")
      node.children.forEach((item, index) => {
        add(`${pointer}/${index}`, originOf(item));
        visit(item, `${pointer}/${index}`);
      });
  };
  visit(root, "");
  return found;
}
