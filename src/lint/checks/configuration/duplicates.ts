import { isDeepStrictEqual } from "node:util";
import type { ConfigNode, Mapping, Pair } from "../../../config/tree.ts";
import { toValue } from "../../../config/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** Finds keys that one mapping of a file sets twice: the last one counts, without a word (PyYAML). */
export function duplicateKeys(rule: Rule, context: CheckContext): Finding[] {
  const duplicates = context.boot.base.files
    .filter(({ path }) => isOwn(context, path))
    .flatMap(({ root }) => duplicatesIn(root));
  return atMost(duplicates, ({ winner, loser }) => {
    if (isDeepStrictEqual(toValue(winner.value), toValue(loser.value))) return undefined;
    const { path, position } = winner;
    const message = `${winner.key.value} is set twice: what line ${loser.position.start.line} of ${path} says is lost, line ${position.start.line} counts.`;
    return about(rule, context, { message, cause: { path, line: position.start.line, column: position.start.column } });
  });
}

interface Duplicate {
  readonly winner: Pair;
  readonly loser: Pair;
}

/** The keys that a mapping, or any mapping in it, sets twice itself; what `<<` brings in is meant to be overridden. */
function duplicatesIn(root: ConfigNode): Duplicate[] {
  const found: Duplicate[] = [];
  const seen = new Set<ConfigNode>();
  const waiting: ConfigNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "scalar" || seen.has(node)) continue;
    seen.add(node);
    if (node.type === "sequence") waiting.push(...node.children);
    else {
      for (const pair of node.children) {
        for (const loser of pair.shadowed) if (isWithin(loser, node)) found.push({ winner: pair, loser });
        waiting.push(pair.value);
      }
    }
  }
  return found;
}

function isWithin(pair: Pair, { position, path }: Mapping): boolean {
  const offset = pair.position.start.offset ?? 0;
  return pair.path === path && offset >= (position.start.offset ?? 0) && offset < (position.end.offset ?? 0);
}
