import { type ListedModule, moduleName, readModuleList } from "../../../boot/moduleList.ts";
import { runningOrder } from "../../../boot/modules/runcmd.ts";
import { Config } from "../../../config/config.ts";
import { hostKeyMaker } from "../../../distro/hostKeyUnits.ts";
import { type ConfigNode, originOf, type Pair } from "../../../python/tree.ts";
import { hostKeys } from "../../../services/hostKeys.ts";
import type { Finding, Fix } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { inWords, shortList } from "../../sentences/lists.ts";
import { atMost, type CheckContext } from "../check.ts";
import { sshdMakesKeys } from "../sshdMakesKeys.ts";
import { about, isOwn } from "./about.ts";
import { isOfLaunch } from "./launchKeys.ts";
import { LISTS, listed } from "./moduleLists.ts";
import { withItems } from "./repeatItems.ts";

/** What an instance lacks without a module that images need, and the list that usually contains it. */
interface Needed {
  readonly name: string;
  readonly list: string;
  lacks(context: CheckContext): string;
}

/** Read in the modules of 20.4, 22.4, 25.1 and 26.2. */
const NEEDED: readonly Needed[] = [
  {
    name: "users_groups",
    list: "cloud_init_modules",
    lacks: () => "no accounts, not even the default user",
  },
  {
    name: "ssh",
    list: "cloud_init_modules",
    lacks: lacksOfSsh,
  },
  {
    name: "set_passwords",
    list: "cloud_config_modules",
    lacks: () => "no passwords and no ssh_pwauth",
  },
  {
    name: "write_files",
    list: "cloud_init_modules",
    lacks: () => "no files of write_files",
  },
  {
    name: "runcmd",
    list: "cloud_config_modules",
    lacks: () => "no commands of runcmd",
  },
  {
    name: "scripts_user",
    list: "cloud_final_modules",
    lacks: () => "no commands of runcmd and no scripts of user-data",
  },
];

/** A module list without modules that images need. */
interface Incomplete {
  readonly list: string;
  readonly pair: Pair;
  /** The list of a file of lower priority that had them; undefined if the file is the only one with this list. */
  readonly replaced: Pair | undefined;
  readonly missing: readonly Needed[];
}

/** Several rules ask for the same lists. */
const known = new WeakMap<CheckContext, readonly Incomplete[]>();

/** The lists of somebody's own files that lack modules which no other list contains. */
export function incompleteLists(context: CheckContext): readonly Incomplete[] {
  let found = known.get(context);
  if (found === undefined) {
    found = findIncomplete(context);
    known.set(context, found);
  }
  return found;
}

function findIncomplete(context: CheckContext): Incomplete[] {
  const { config, base, distro } = context.booted;
  const names = new Set(listed(context).map(({ name }) => name));
  // Other rules report images in which nothing runs.
  if (base.fatal !== undefined || distro.cloudInit.disabled !== undefined || names.size === 0) return [];
  const missing = NEEDED.filter((needed) => !names.has(needed.name));
  const lists = LISTS.flatMap((list) => {
    const pair = config.pair(list);
    if (pair === undefined || !(isOwn(context, pair.path) || isOfLaunch(context.booted, pair.path))) return [];
    const replaced = shadowedBy(pair);
    return [
      { list, pair, replaced, had: replaced.map((one) => new Set(entriesOf(one, list).map(({ name }) => name))) },
    ];
  });
  return lists.flatMap(({ list, pair, replaced, had }): Incomplete[] => {
    const index = had.findIndex((entries) => missing.some(({ name }) => entries.has(name)));
    const lost = missing.filter(({ name }) => had[index]?.has(name));
    if (lost.length > 0) return [{ list, pair, replaced: replaced[index], missing: lost }];
    // A list that replaces none: the module has been removed from the file itself.
    const removed = replaced.length > 0 ? [] : missing.filter((needed) => needed.list === list);
    return removed.length > 0 ? [{ list, pair, replaced: undefined, missing: removed }] : [];
  });
}

/** Whether the finding about a list of this file says that a module is in no list. */
export function isReportedWithList(name: string, path: string, context: CheckContext): boolean {
  return incompleteLists(context).some(
    ({ pair, missing }) => pair.path === path && missing.some((needed) => needed.name === name),
  );
}

/** All values that a pair shadows, nearest first. */
function shadowedBy(pair: Pair): Pair[] {
  return pair.shadowed.flatMap((one) => [one, ...shadowedBy(one)]);
}

function entriesOf(pair: Pair, list: string): readonly ListedModule[] {
  return readModuleList(new Config({ ...pair, type: "mapping", children: [pair] }), list).modules;
}

/** Finds module lists that lack what every instance needs, such as users_groups and ssh. */
export function moduleListIncomplete(rule: Rule, context: CheckContext): Finding[] {
  const incomplete = atMost(incompleteLists(context), ({ list, pair, replaced, missing }) => {
    const names = missing.map(({ name }) => name);
    const lacks = [...new Set(missing.map((needed) => needed.lacks(context)))];
    const where =
      replaced === undefined ? "" : ` replaces the list in ${replaced.path}:${replaced.position.start.line} and`;
    const message = `${list}${where} lacks ${inWords(names)}, which no other list contains: instances get ${lacks.join("; ")}.${others(replaced, context, list, names)} Repeat the entries that should run.`;
    const prove = () => (replaced === undefined ? null : repeated(pair, replaced, list, context));
    // An empty list is meant to be empty.
    const severity = entriesOf(pair, list).length === 0 ? "info" : rule.severity;
    return about(rule, context, { message, cause: originOf(pair), severity, prove });
  });
  return [...incomplete, ...commandsTooLate(rule, context)];
}

/** The entry of runcmd behind that of scripts_user, which runs the script that runcmd writes. */
function commandsTooLate(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  const entry = listed(context).find(({ name }) => name === "runcmd");
  if (entry === undefined || runningOrder(booted.config) !== "after") return [];
  const { path } = entry.origin;
  if (!isOwn(context, path) && !isOfLaunch(booted, path)) return [];
  const message =
    "No command of runcmd runs: scripts_user, which runs the script that runcmd writes, comes before it. Move runcmd to cloud_config_modules.";
  return [about(rule, context, { message, cause: entry.origin, module: "runcmd" })];
}

function lacksOfSsh(context: CheckContext): string {
  const { before } = context.settings(hostKeys);
  if (before.length > 0) return "the SSH host keys of the image, but no SSH keys of the launch";
  // Another rule reports an image whose own unit for host keys does not run.
  const isMade = sshdMakesKeys(context) || hostKeyMaker(context.image) === "off";
  return isMade ? "no SSH keys of the launch" : "no SSH host keys and no SSH keys of the launch";
}

/** Which other modules of the replaced list run no more. */
function others(replaced: Pair | undefined, context: CheckContext, list: string, names: readonly string[]): string {
  if (replaced === undefined) return "";
  const kept = new Set(listed(context).map(({ name }) => name));
  const gone = entriesOf(replaced, list).filter(({ name }) => !kept.has(name) && !names.includes(name));
  if (gone.length === 0) return "";
  return ` The list also loses ${shortList(gone.map(({ name }) => name))}.`;
}

/** The file with the lost entries before its own, if the lists are then as they should be. */
function repeated(pair: Pair, replaced: Pair, list: string, context: CheckContext): Fix | null {
  const kept = new Set(listed(context).map(({ name }) => name));
  const items = replaced.value.type === "sequence" ? replaced.value.children : [];
  const lost = items.filter((item) => !kept.has(nameOf(item)));
  const fix = withItems(context.image, pair.value, lost);
  if (fix === undefined) return null;
  return context.prove(fix, (_after, { config }) => {
    const now = new Set(readModuleList(config, list).modules.map(({ name }) => name));
    return lost.every((item) => now.has(nameOf(item)));
  });
}

function nameOf(item: ConfigNode): string {
  const name = item.type === "sequence" ? item.children[0] : item;
  return name?.type === "scalar" ? moduleName(String(name.value)) : "";
}
