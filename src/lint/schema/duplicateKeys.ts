import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import type { Point } from "../../python/unist.ts";
import { sameValue } from "../../python/value.ts";
import type { Told } from "./told.ts";

/**
 * Keys that one mapping sets twice to different values: PyYAML silently takes the last one.
 * @param areAlternatives whether a filled-in template contains only one of two lines
 */
export function duplicateKeys(root: ConfigNode, areAlternatives?: (first: number, second: number) => boolean): Told[] {
  return duplicatesIn(root).flatMap(({ winner, loser }) => {
    if (sameValue(winner.value, loser.value)) return [];
    const [lost, counts] = [originOf(loser), originOf(winner)];
    if (areAlternatives?.(lost.line, counts.line) === true) return [];
    const message = `${winner.key.value} is set twice: line ${counts.line} overrides line ${lost.line}.`;
    return [{ about: "duplicate-key", worst: "warning", message, origin: counts }];
  });
}

interface Duplicate {
  readonly winner: Pair;
  readonly loser: Pair;
}

/** The keys that a mapping, or any mapping in it, sets twice itself; values merged with `<<` are meant to be overridden. */
export function duplicatesIn(root: ConfigNode): Duplicate[] {
  const found: Duplicate[] = [];
  const seen = new Set<ConfigNode>();
  const waiting: ConfigNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "scalar" || seen.has(node)) continue;
    seen.add(node);
    if (node.type === "sequence") for (const one of node.children) waiting.push(one);
    else {
      for (const pair of node.children) {
        for (const loser of pair.shadowed) if (isWithin(loser, node)) found.push({ winner: pair, loser });
        waiting.push(pair.value);
      }
    }
  }
  return found;
}

/** Compares lines and columns, since nodes of an embedded document have no offsets of their own. */
function isWithin(pair: Pair, { position, path }: Mapping): boolean {
  const { start } = pair.position;
  return pair.path === path && compare(start, position.start) >= 0 && compare(start, position.end) < 0;
}

function compare(a: Point, b: Point): number {
  return a.line - b.line || a.column - b.column;
}
