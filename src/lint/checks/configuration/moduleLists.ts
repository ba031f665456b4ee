import type { BootResult } from "../../../boot/boot.ts";
import { existsIn, isForDistro, isOwnModule, moduleFacts, moduleNames } from "../../../boot/moduleFacts.ts";
import { FREQUENCIES, type ListedModule, moduleName, readModuleList } from "../../../boot/moduleList.ts";
import { isCalled } from "../../../boot/outcome.ts";
import type { Config } from "../../../config/config.ts";
import type { Program } from "../../../distro/library/fact.ts";
import { libraryOf } from "../../../distro/library/library.ts";
import type { Origin } from "../../../image/origin.ts";
import { originOf } from "../../../python/tree.ts";
import type { Finding, Fix } from "../../finding.ts";
import { nearest } from "../../nearest.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { withWord } from "./editFile.ts";

export const LISTS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** Finds entries of the module lists that name no module of cloud-init. */
export function moduleUnknown(rule: Rule, context: CheckContext): Finding[] {
  const program = programIn(context);
  if (program === undefined) return [];
  const { version } = program;
  const distro = distroName(context.booted);
  // Do not suggest a module that does not run on the image's distribution.
  const runsHere = (name: string) => isForDistro(moduleFacts(name)!, distro, program);
  const unknown = listed(context).filter(({ name }) => {
    const facts = moduleFacts(name);
    return (facts === undefined || !existsIn(facts, program)) && !isOwnModule(name, context.distro, context.image);
  });
  return atMost(unknown, ({ raw, name, origin }) => {
    if (!isOwn(context, origin.path)) return undefined;
    const facts = moduleFacts(name);
    const history =
      facts?.since !== undefined && facts.until === undefined
        ? ` (added in ${facts.since})`
        : facts?.until === undefined
          ? ""
          : ` (removed in ${facts.until})`;
    const near = facts === undefined ? nearest(name, moduleNames(program).filter(runsHere)) : undefined;
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    const message = `"${raw}" names a module that does not exist in cloud-init ${version}${history}, so nothing runs for it.${hint}`;
    const prove = () =>
      near === undefined
        ? null
        : provenWord(context, origin, raw, near, (entries) => entries.some((entry) => entry.name === near));
    // A module of another version is in the list on purpose or since an upgrade.
    return about(rule, context, {
      message,
      cause: origin,
      severity: facts === undefined ? rule.severity : "info",
      prove,
    });
  });
}

/** Finds modules that run twice: listed with two spellings (so that the semaphores differ), or twice with frequency always. */
export function moduleListedTwice(rule: Rule, context: CheckContext): Finding[] {
  const entries = listed(context);
  const first = new Map<string, ListedModule>();
  const again: [ListedModule, ListedModule][] = [];
  for (const { name, origin } of context.booted.modules.filter(
    (module) => isCalled(module) && module.stage !== "init-local",
  )) {
    const entry = entries.find((other) => other.name === name && placeOf(other.origin) === placeOf(origin));
    const earlier = first.get(name);
    if (entry === undefined) continue;
    if (earlier === undefined) first.set(name, entry);
    else again.push([earlier, entry]);
  }
  return atMost(again, ([earlier, entry]) => {
    if (!isOwn(context, entry.origin.path) && !isOwn(context, earlier.origin.path)) return undefined;
    const where = `${earlier.origin.path}:${earlier.origin.line}`;
    const message = `The module ${entry.name} runs twice: it is listed as "${entry.raw}" here and as "${earlier.raw}" in ${where}.`;
    return about(rule, context, { message, cause: entry.origin, module: entry.name });
  });
}

/** Finds entries with an unknown frequency, for which the module's default applies (config/modules.py, 20.4 to 26.2). */
export function moduleFrequencyUnknown(rule: Rule, context: CheckContext): Finding[] {
  const odd = listed(context).filter(({ unknownFrequency }) => unknownFrequency !== undefined);
  return atMost(odd, ({ raw, name, origin, unknownFrequency = "" }) => {
    if (!isOwn(context, origin.path)) return undefined;
    const own = context.booted.modules.find((module) => placeOf(module.origin) === placeOf(origin))?.frequency;
    const instead = own === undefined ? "" : `; ${raw} keeps its default, ${own}`;
    const meant = MEANT[unknownFrequency.toLowerCase().replaceAll("_", "-")] ?? nearest(unknownFrequency, FREQUENCIES);
    const message = `Unknown frequency "${unknownFrequency}"${instead}. Write ${FREQUENCIES.slice(0, -1).join(", ")} or ${FREQUENCIES.at(-1)}.`;
    const prove = () =>
      meant === undefined
        ? null
        : provenWord(context, origin, unknownFrequency, meant, (entries) =>
            entries.some((entry) => entry.raw === raw && entry.frequency === meant),
          );
    return about(rule, context, { message, cause: origin, module: name, prove });
  });
}

/** Common wrong names of frequencies. */
const MEANT: Readonly<Record<string, string>> = {
  "per-instance": "once-per-instance",
  instance: "once-per-instance",
  "per-boot": "always",
  "every-boot": "always",
  boot: "always",
  "per-always": "always",
  "per-once": "once",
};

/** Finds module lists on which a stage fails before it runs any module (config/modules.py, 20.4 to 26.2). */
export function moduleListFails(rule: Rule, context: CheckContext): Finding[] {
  if (context.booted.base.fatal !== undefined) return [];
  return LISTS.flatMap((list) => {
    const { fatal } = readModuleList(context.booted.config, list);
    if (fatal === undefined) return [];
    const message = `No module of ${list} runs: the stage fails, since an entry is neither a name nor a list of names.`;
    return [about(rule, context, { message, cause: fatal.origin })];
  });
}

/** Finds modules in the user's own lists that do not run on the image's distribution. */
export function moduleNotForDistro(rule: Rule, context: CheckContext): Finding[] {
  const { config, modules } = context.booted;
  const unverified = config.node("unverified_modules");
  const allowed = unverified?.type === "sequence" ? unverified.children : [];
  const runs = new Set(modules.filter(isCalled).map(({ name }) => name));
  const refused = new Set(
    modules.filter(({ why }) => why?.code === "other-distro").map(({ origin }) => placeOf(origin)),
  );
  const entries = listed(context).filter(({ name, origin }) => refused.has(placeOf(origin)) && !runs.has(name));
  const meant = allowed.flatMap((item) => {
    const entry = entries.find(({ name }) => item.type === "scalar" && moduleName(String(item.value)) === name);
    if (entry === undefined || !isOwn(context, item.path)) return [];
    const written = item.type === "scalar" ? String(item.value) : "";
    const message = `unverified_modules does not make ${entry.name} run: "${written}" must be spelled as in the module list, "${entry.raw}".`;
    const prove = () =>
      provenWord(context, originOf(item), written, entry.raw, (_entries, now) =>
        now.some((module) => module.name === entry.name && isCalled(module)),
      );
    return [about(rule, context, { message, cause: originOf(item), module: entry.name, prove })];
  });
  const others = entries.filter(
    ({ name, origin }) => isOwn(context, origin.path) && meant.every((told) => told.module !== name),
  );
  const [first] = others;
  if (first === undefined) return meant;
  const names = [...new Set(others.map(({ name }) => name))];
  const shown = shortList(names);
  const message = `${names.length === 1 ? "A module that does" : "Modules that do"} not run on ${distroName(context.booted)}: ${shown}.`;
  return [...meant, about(rule, context, { message, cause: first.origin, severity: "info" })];
}

/** The fix that replaces a word at a place, if the lists or the modules that run are then as intended. */
function provenWord(
  context: CheckContext,
  origin: Origin,
  old: string,
  by: string,
  holds: (entries: readonly ListedModule[], modules: BootResult["modules"]) => boolean,
): Fix | null {
  const fix = withWord(context.image, origin, old, by);
  if (fix === undefined) return null;
  return context.prove(fix, (_after, { config, modules }) => holds(entriesOf(config), modules));
}

/** The distribution in system_info.distro, whose modules run. */
export function distroName({ config }: Pick<BootResult, "config">): string {
  const name = config.get("system_info", "distro");
  return typeof name === "string" ? name : "ubuntu";
}

function placeOf({ path, line, column }: Origin): string {
  return `${path}:${line}:${column}`;
}

/** Several rules use the same lists. */
const known = new WeakMap<CheckContext, readonly ListedModule[]>();

/** The entries of all module lists. */
export function listed(context: CheckContext): readonly ListedModule[] {
  const entries = known.get(context) ?? entriesOf(context.booted.config);
  known.set(context, entries);
  return entries;
}

function entriesOf(config: Config): readonly ListedModule[] {
  return LISTS.flatMap((list) => readModuleList(config, list).modules);
}

/** The image's version of cloud-init; undefined if unknown. */
export function versionOf({ distro }: CheckContext): string | undefined {
  const { version } = distro.cloudInit;
  return version === undefined || version === "" ? undefined : version;
}

/** The same with the image's library, which rules over the version. */
export function programIn(context: CheckContext): Program | undefined {
  const version = versionOf(context);
  return version === undefined ? undefined : { version, library: libraryOf(context.image, context.distro.cloudInit) };
}
