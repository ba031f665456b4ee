import { isDeepStrictEqual } from "node:util";
import { moduleName } from "../../../boot/moduleList.ts";
import { BUILTIN_PATH } from "../../../config/builtin.ts";
import { Config } from "../../../config/config.ts";
import { findPair } from "../../../config/merge.ts";
import {
  type ConfigNode,
  type ConfigValue,
  type Mapping,
  originOf,
  type Pair,
  type Scalar,
} from "../../../python/tree.ts";
import { pyStr, sameValue, toValue } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import { rename } from "../../fixes/fixes.ts";
import type { Rule } from "../../rules/rule.ts";
import { hideForms } from "../../secrets/forms.ts";
import { hiddenAs, itemOf, type Place, placeAt, topOf } from "../../secrets/place.ts";
import { shownAs } from "../../secrets/tree.ts";
import { shortList } from "../../sentences/lists.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { incompleteLists } from "./moduleListIncomplete.ts";
import { withItems } from "./repeatItems.ts";

/** A value of one file that another file's value of the same key replaces. */
interface Loss {
  /** The keys that lead to it: "apt.primary". */
  readonly key: string;
  readonly steps: readonly string[];
  readonly winner: Pair;
  readonly loser: Pair;
  readonly kind: "lower-wins" | "merge-how" | "list" | "order" | "value";
}

/** More pairs than any real configuration has. */
const MOST_PAIRS = 20_000;

/** Finds a string or list that a mapping in a file of lower priority replaces (util.mergemanydict). */
export function configValueLosesToEarlierFile(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "lower-wins"), ({ key, winner, loser }) => {
    if (!isOwn(context, loser.path)) return undefined;
    const what = loser.value.type === "sequence" ? "list" : "string";
    const by =
      winner.path === BUILTIN_PATH
        ? "the mapping of cloud-init's defaults"
        : `the mapping in ${at(winner)}, although its own file is read later`;
    const message = `${key} in ${at(loser)} has no effect: a ${what} loses to ${by}.`;
    return about(rule, context, { message, cause: originOf(loser) });
  });
}

/** Finds values lost because a file has merge_how, which controls how that file is merged below later ones. */
export function configMergeHowInverted(rule: Rule, context: CheckContext): Finding[] {
  const losses = atMost(lossesOf(context, "merge-how"), ({ key, winner, loser }) => {
    if (!isOwn(context, loser.path) && !isOwn(context, winner.path)) return undefined;
    const message = `${key} in ${at(loser)} has no effect: ${at(winner)} wins, since the merge_how of that earlier file gives it priority.`;
    return about(rule, context, { message, cause: originOf(mergersOf(winner.path, context) ?? winner) });
  });
  return [...losses, ...unmerged(rule, context)];
}

/** Files that merge_how, their own or that of another file, keeps from being merged, or whose keys it deletes. */
function unmerged(rule: Rule, context: CheckContext): Finding[] {
  const { files, root, fatal } = context.booted.base;
  if (fatal !== undefined || files.every(({ path }) => mergersOf(path, context) === undefined)) return [];
  const found = new Set<string>();
  const visit = (pair: Pair): void => {
    found.add(at(pair));
    pair.shadowed.forEach(visit);
  };
  root.children.forEach(visit);
  return files.flatMap(({ path, root: { children } }) => {
    const lost = children.filter((pair) => !NOT_MERGED.includes(pyStr(pair.key)) && !found.has(at(pair)));
    const mergers = mergersOf(path, context);
    const own = mergers === undefined || /dict/.test(pyStr(mergers.value)) ? undefined : mergers;
    // A null with allow_delete is meant to delete another file's key.
    const first = lost.find(({ value }) => own !== undefined || !(value.type === "scalar" && value.kind === "null"));
    if (first === undefined || !isOwn(context, path)) return [];
    const names = lost.map(({ key }) => pyStr(key)).join(", ");
    const message =
      own === undefined
        ? `${names} in ${at(first)} has no effect: the allow_delete in the merge_how of an earlier file deletes it.`
        : `Nothing in ${path} takes effect (${names}): its merge_how lacks a dict merger, without which no key is merged.`;
    return [about(rule, context, { message, cause: originOf(own ?? first) })];
  });
}

/** Finds lists that replace another file's list and lose its entries. */
export function configListReplaced(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "list"), ({ key, steps, winner, loser }) => {
    const ownWinner = isOwn(context, winner.path);
    const ownLoser = isOwn(context, loser.path);
    if (!ownWinner && !ownLoser) return undefined;
    if (incompleteLists(context).some(({ pair, replaced }) => at(pair) === at(winner) && replaced !== undefined))
      return undefined;
    const kept = items(winner.value);
    const keptNames = namesOf(winner.value, key);
    const lost = items(loser.value).filter((item) => !keptNames.has(nameOf(item, key)));
    const names = lost.map((item) => nameOf(item, key, steps));
    if (names.length === 0) return undefined;
    // An own list usually replaces the shipped one on purpose, and an empty list always does.
    const isMeant = !ownLoser && !(key === "users" && names.includes("default"));
    const severity = isMeant || kept.length === 0 ? "info" : rule.severity;
    const shown = shortList(names);
    const own = mergersOf(winner.path, context);
    const hint =
      own === undefined
        ? ""
        : " The merge_how of that file does not prevent this: it controls only how later files are merged over it.";
    const message = `${key} in ${at(winner)} replaces the list in ${at(loser)} instead of adding to it, so ${shown} ${names.length === 1 ? "is" : "are"} lost.${hint}`;
    const prove = () => {
      const fix = severity === "info" ? undefined : withItems(context.image, winner.value, lost);
      const wanted = [...lost, ...kept].map((item) => toValue(item));
      return fix === undefined
        ? null
        : context.prove(fix, (_after, { base }) => isDeepStrictEqual(valueAt(base.root, steps), wanted));
    };
    return about(rule, context, { message, cause: originOf(winner), severity, prove });
  });
}

/** Finds values that another file overrides only because file names are sorted as strings, not by number. */
export function configFileOrder(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "order"), ({ key, steps, winner, loser }) => {
    if (!isOwn(context, winner.path) && !isOwn(context, loser.path)) return undefined;
    const message = `${key} in ${at(loser)} has no effect: ${at(winner)} overrides it, since file names are sorted as strings and ${baseName(winner.path)} comes after ${baseName(loser.path)}.`;
    const prove = () => {
      // The new name sorts after all numbers. A copy would leave the old file, which people would edit in vain.
      const fix = rename(
        context.image,
        loser.path,
        loser.path.replace(/[^/]*$/, (name) => `zz-${name}`),
      );
      const wanted = toValue(loser.value);
      return fix === undefined
        ? null
        : context.prove(fix, (_after, { base }) => isDeepStrictEqual(valueAt(base.root, steps), wanted));
    };
    return about(rule, context, { message, cause: originOf(loser), prove });
  });
}

/** Finds values of one file that another file overrides. */
export function configValueShadowed(rule: Rule, context: CheckContext): Finding[] {
  return atMost(lossesOf(context, "value"), ({ key, steps, winner, loser }) => {
    if (!isOwn(context, loser.path)) return undefined;
    // If both files are the user's own, the override is probably intended.
    const severity = isOwn(context, winner.path) ? "info" : rule.severity;
    const message = `${key} in ${at(loser)} has no effect: ${at(winner)} sets it to ${brief(winner.value, steps)}.`;
    return about(rule, context, { message, cause: originOf(loser), severity });
  });
}

/** Finds values of the user's own files that the seed in the image (user-data, vendor-data) overrides. */
export function configValueOverriddenBySeed(rule: Rule, context: CheckContext): Finding[] {
  const { base, config } = context.booted;
  const paths = new Set(base.files.map(({ path }) => path));
  const seed = (path: string) => path.startsWith("/") && !paths.has(path) && context.image.lstat(path) !== undefined;
  const losses = lossesIn(config.root, (winner, loser) =>
    seed(winner.path) && paths.has(loser.path) && isOther(winner, loser) ? "value" : undefined,
  );
  return atMost(losses, ({ key, steps, winner, loser }) => {
    if (!isOwn(context, loser.path)) return undefined;
    const message = `${key} in ${at(loser)} has no effect: ${at(winner)}, a seed in the image, sets it to ${brief(winner.value, steps)}.`;
    return about(rule, context, { message, cause: originOf(loser) });
  });
}

/** Several rules use the same losses. */
const known = new WeakMap<CheckContext, readonly Loss[]>();

/** The values of one kind that base files lose to one another. */
function lossesOf(context: CheckContext, kind: Loss["kind"]): readonly Loss[] {
  let all = known.get(context);
  if (all === undefined) {
    const { root, files } = context.booted.base;
    const order = new Map(files.map(({ path }, index) => [path, index]));
    all = lossesIn(root, (winner, loser, key) => classify(winner, loser, key, order, context));
    known.set(context, all);
  }
  return all.filter((loss) => loss.kind === kind);
}

/** The pairs of a tree that shadow others, with the kind of each loss. */
function lossesIn(root: Mapping, kindOf: (winner: Pair, loser: Pair, key: string) => Loss["kind"] | undefined): Loss[] {
  const found: Loss[] = [];
  const seen = new Set<ConfigNode>();
  let pairs = 0;
  const visit = (mapping: Mapping, before: readonly string[]): void => {
    if (seen.has(mapping)) return;
    seen.add(mapping);
    for (const pair of mapping.children) {
      if (++pairs > MOST_PAIRS) return;
      const steps = [...before, pyStr(pair.key)];
      for (const loser of pair.shadowed) {
        const kind = kindOf(pair, loser, steps.join("."));
        if (kind !== undefined) found.push({ key: steps.join("."), steps, winner: pair, loser, kind });
      }
      if (pair.value.type === "mapping") visit(pair.value, steps);
    }
  };
  visit(root, []);
  return found;
}

/** Lists that are one value: their order or completeness matters, and nobody adds to them. */
const ONE_VALUE: ReadonlySet<string> = new Set([
  "datasource_list",
  "mount_default_fields",
  "ssh_genkeytypes",
  "system_info.network.activators",
  "system_info.network.renderers",
]);

function classify(
  winner: Pair,
  loser: Pair,
  key: string,
  order: ReadonlyMap<string, number>,
  context: CheckContext,
): Loss["kind"] | undefined {
  const [mine, other] = [winner.path === BUILTIN_PATH ? -1 : order.get(winner.path), order.get(loser.path)];
  if (mine === undefined || other === undefined || mine === other || !isOther(winner, loser)) return undefined;
  if (mine < other) return mergersOf(winner.path, context) === undefined ? "lower-wins" : "merge-how";
  if (isMistaken(baseName(loser.path), baseName(winner.path))) return "order";
  const areLists = winner.value.type === "sequence" && loser.value.type === "sequence";
  return areLists && !ONE_VALUE.has(key) ? "list" : "value";
}

/** Whether two pairs have different values; two mappings are merged, so neither is lost. */
function isOther(winner: Pair, loser: Pair): boolean {
  if (winner.value.type === "mapping" && loser.value.type === "mapping") return false;
  return !sameValue(winner.value, loser.value);
}

function valueAt(root: Mapping, steps: readonly string[]): ConfigValue | undefined {
  return new Config(root).get(...steps);
}

/** Whether the file that is read first has the higher number: "100-site.cfg" before "99-base.cfg". */
function isMistaken(first: string, second: string): boolean {
  const [a, b] = [/^\d+/.exec(first)?.[0], /^\d+/.exec(second)?.[0]];
  return a !== undefined && b !== undefined && Number(a) > Number(b);
}

/** Keys that are removed from their file before it is merged, or read earlier. */
const NOT_MERGED = ["merge_how", "merge_type", "conf_d"];

const mergers = new WeakMap<CheckContext, ReadonlyMap<string, Pair | undefined>>();

/** The merge_how of a file. */
function mergersOf(path: string, context: CheckContext): Pair | undefined {
  let ofFiles = mergers.get(context);
  if (ofFiles === undefined) {
    const { files } = context.booted.base;
    ofFiles = new Map(
      files.map((file) => [file.path, findPair(file.root, "merge_how") ?? findPair(file.root, "merge_type")]),
    );
    mergers.set(context, ofFiles);
  }
  return ofFiles.get(path);
}

const entryNames = new WeakMap<ConfigNode, ReadonlySet<string>>();

/** The names of a list's entries, cached since one list may replace many. */
function namesOf(list: ConfigNode, key: string): ReadonlySet<string> {
  let known = entryNames.get(list);
  if (known === undefined) {
    known = new Set(items(list).map((item) => nameOf(item, key)));
    entryNames.set(list, known);
  }
  return known;
}

function items(node: ConfigNode): readonly ConfigNode[] {
  return node.type === "sequence" ? node.children : [];
}

/** The name of a list's entry in a message. @param steps to the list; without them nothing is masked, for comparison */
function nameOf(item: ConfigNode, key: string, steps?: readonly string[]): string {
  const isModule = /^cloud_\w+_modules$/.test(key);
  if (item.type === "sequence")
    return isModule && item.children[0] !== undefined
      ? nameOf(item.children[0], key, steps)
      : brief(item, steps && [...steps, 0]);
  if (item.type === "scalar") return isModule ? moduleName(pyStr(item)) : brief(item, steps && [...steps, 0]);
  const named = ["name", "path", "source", "device"]
    .map((name) => findPair(item, name))
    .find((pair) => pair !== undefined);
  return named === undefined ? brief(item) : brief(named.value, steps && [...steps, 0, pyStr(named.key)]);
}

/** @param steps to the value, to mask secrets here: a short or cut secret is not found later */
function brief(node: ConfigNode, steps?: readonly (string | number)[]): string {
  if (steps === undefined) return cutShort(node, undefined, plain);
  return cutShort(node, placeAt(topOf("cloud-config"), steps), (scalar) => hideForms(plain(scalar)));
}

function cutShort(node: ConfigNode, place: Place | undefined, show: (scalar: Scalar) => string): string {
  if (node.type === "mapping") return "a mapping";
  const kind = hiddenAs(place, node);
  if (kind !== undefined) return shownAs(pyStr(node), kind);
  const parts =
    node.type === "sequence"
      ? node.children.slice(0, 10).map((item) => cutShort(item, itemOf(place), show))
      : [show(node)];
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
