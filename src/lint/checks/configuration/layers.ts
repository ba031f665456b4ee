import { isDeepStrictEqual } from "node:util";
import { moduleName } from "../../../boot/moduleList.ts";
import { BUILTIN_PATH } from "../../../config/builtin.ts";
import { findPair } from "../../../config/merge.ts";
import { type ConfigNode, type Mapping, originOf, type Pair, type Scalar } from "../../../config/tree.ts";
import { pyStr, toValue } from "../../../config/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

/** A value of one file that another file's value of the same key takes the place of. */
interface Loss {
  /** The keys that lead to it: "apt.primary". */
  readonly key: string;
  readonly winner: Pair;
  readonly loser: Pair;
  readonly kind: "lower-wins" | "merge-how" | "list" | "order" | "value";
}

/** So many pairs no image's configuration has. */
const MOST_PAIRS = 20_000;

/** Finds a string or list that a mapping in a file of lower priority takes the place of (util.mergemanydict). */
export function lowerFileWins(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "lower-wins"), ({ key, winner, loser }) => {
    if (!isOwn(context, loser.path)) return undefined;
    const what = loser.value.type === "sequence" ? "list" : "string";
    const message = `${key} in ${at(loser)} has no effect: a ${what} loses to the mapping that ${at(winner)} gives, though its file is read later.`;
    return about(rule, context, { message, cause: originOf(loser) });
  });
}

/** Finds values that win although a later file sets them, since their own file names mergers (merge_how). */
export function mergeHowInverted(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "merge-how"), ({ key, winner, loser }) => {
    if (!isOwn(context, loser.path) && !isOwn(context, winner.path)) return undefined;
    const message = `${key} in ${at(loser)} has no effect: the merge_how of ${winner.path} makes that earlier file win (line ${winner.position.start.line}).`;
    return about(rule, context, { message, cause: mergersOf(winner, context) ?? originOf(winner) });
  });
}

/** Finds lists that replace another file's list, whose entries are lost. */
export function listReplaced(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "list"), ({ key, winner, loser }) => {
    const ownWinner = isOwn(context, winner.path);
    const ownLoser = isOwn(context, loser.path);
    if (!ownWinner && !ownLoser) return undefined;
    const kept = items(winner.value);
    const lost = items(loser.value).filter(
      (item) => !kept.some((other) => isDeepStrictEqual(toValue(other), toValue(item))),
    );
    const names = lost
      .map((item) => nameOf(item, key))
      .filter((name) => !kept.some((item) => nameOf(item, key) === name));
    if (names.length === 0) return undefined;
    // Whoever writes a list of their own against the shipped one mostly means to replace it.
    const severity = ownLoser || (key === "users" && names.includes("default")) ? rule.severity : "info";
    const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
    const message = `${key} at ${at(winner)} replaces the list of ${at(loser)}, it does not add to it: ${shown} ${names.length === 1 ? "is" : "are"} lost.`;
    return about(rule, context, { message, cause: originOf(winner), severity });
  });
}

/** Finds values that another file sets otherwise, with files whose names sort otherwise than their numbers. */
export function orderMistaken(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "order"), ({ key, winner, loser }) => {
    if (!isOwn(context, winner.path) && !isOwn(context, loser.path)) return undefined;
    const message = `${key} in ${at(loser)} loses to ${at(winner)}: names are sorted as text, so that ${baseName(loser.path)} comes before ${baseName(winner.path)}.`;
    return about(rule, context, { message, cause: originOf(loser) });
  });
}

/** Finds values of one file that another file sets otherwise. */
export function valueShadowed(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "value"), ({ key, winner, loser }) => {
    if (!isOwn(context, loser.path)) return undefined;
    // Where somebody's own file wins over their other one, they have probably meant it.
    const severity = isOwn(context, winner.path) ? "info" : rule.severity;
    const message = `${key} in ${at(loser)} has no effect: ${at(winner)} sets it to ${brief(winner.value)}.`;
    return about(rule, context, { message, cause: originOf(loser), severity });
  });
}

/** What base files lose to one another, of one kind. */
function lossesOf({ boot }: CheckContext, kind: Loss["kind"]): Loss[] {
  const order = new Map(boot.base.files.map(({ path }, index) => [path, index]));
  const found: Loss[] = [];
  const seen = new Set<ConfigNode>();
  let pairs = 0;
  const visit = (mapping: Mapping, prefix: string): void => {
    if (seen.has(mapping)) return;
    seen.add(mapping);
    for (const pair of mapping.children) {
      if (++pairs > MOST_PAIRS) return;
      const key = `${prefix}${pyStr(pair.key)}`;
      for (const loser of pair.shadowed) {
        const kindOfLoss = classify(pair, loser, order, boot.base.files);
        if (kindOfLoss === kind) found.push({ key, winner: pair, loser, kind });
      }
      if (pair.value.type === "mapping") visit(pair.value, `${key}.`);
    }
  };
  visit(boot.base.root, "");
  return found;
}

function classify(
  winner: Pair,
  loser: Pair,
  order: ReadonlyMap<string, number>,
  files: CheckContext["boot"]["base"]["files"],
): Loss["kind"] | undefined {
  const [mine, other] = [order.get(winner.path), order.get(loser.path)];
  if (mine === undefined || other === undefined || mine === other || loser.path === BUILTIN_PATH) return undefined;
  if (winner.value.type === "mapping" && loser.value.type === "mapping") return undefined;
  if (isDeepStrictEqual(toValue(winner.value), toValue(loser.value))) return undefined;
  if (mine < other) {
    const root = files[mine]!.root;
    const named = findPair(root, "merge_how") ?? findPair(root, "merge_type");
    return named === undefined ? "lower-wins" : "merge-how";
  }
  if (isMistaken(baseName(loser.path), baseName(winner.path))) return "order";
  return winner.value.type === "sequence" && loser.value.type === "sequence" ? "list" : "value";
}

/** Whether the file that is read first has the higher number: "100-site.cfg" before "99-base.cfg". */
function isMistaken(first: string, second: string): boolean {
  const [a, b] = [/^\d+/.exec(first)?.[0], /^\d+/.exec(second)?.[0]];
  return a !== undefined && b !== undefined && Number(a) > Number(b);
}

function mergersOf(winner: Pair, { boot }: CheckContext) {
  const root = boot.base.files.find(({ path }) => path === winner.path)?.root;
  const pair = root && (findPair(root, "merge_how") ?? findPair(root, "merge_type"));
  return pair && originOf(pair);
}

function items(node: ConfigNode): readonly ConfigNode[] {
  return node.type === "sequence" ? node.children : [];
}

/** What stands for an entry of a list in a message. */
function nameOf(item: ConfigNode, key: string): string {
  const isModule = /^cloud_\w+_modules$/.test(key);
  if (item.type === "sequence")
    return isModule && item.children[0] !== undefined ? nameOf(item.children[0], key) : brief(item);
  if (item.type === "scalar") return isModule ? moduleName(pyStr(item)) : brief(item);
  const named = ["name", "path", "source", "device"]
    .map((name) => findPair(item, name))
    .find((pair) => pair !== undefined);
  return named === undefined ? brief(item) : brief(named.value);
}

function brief(node: ConfigNode): string {
  if (node.type === "mapping") return "a mapping";
  const parts = node.type === "sequence" ? node.children.slice(0, 10).map(brief) : [plain(node)];
  const text = parts.join(" ");
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function plain(scalar: Scalar): string {
  if (scalar.kind === "null") return "null";
  return scalar.kind === "str" ? String(scalar.value) : pyStr(scalar).toLowerCase();
}

function at(pair: Pair): string {
  return `${pair.path}:${pair.position.start.line}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
