import { isCoreKey, readersOf, readsKey } from "../../../boot/configKeys.ts";
import type { Module } from "../../../boot/module.ts";
import { runsOn } from "../../../boot/moduleFacts.ts";
import type { Config } from "../../../config/config.ts";
import { findPair } from "../../../config/merge.ts";
import { isFalse, isTrue } from "../../../config/options.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { type ConfigNode, originOf, type Pair } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { launchKeys } from "./launchKeys.ts";
import { isReportedWithList } from "./moduleListIncomplete.ts";
import { distroName, listed, programIn } from "./moduleLists.ts";

/** Finds keys that nothing reads: no module that reads them is in a module list or supports this distro. */
export function configKeyWithoutModule(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  const program = programIn(context);
  if (booted.base.fatal !== undefined || program === undefined) return [];
  const distro = vendorOf(booted.config);
  const reader = { ...program, vendor: distro };
  const lists = new Set(listed(context).map(({ name }) => name));
  // Another rule reports an image without any list, in which nothing runs.
  if (lists.size === 0) return [];
  const isReported = ({ name }: Module, path: string) =>
    [name, HELPERS[name]].some((one) => one !== undefined && !lists.has(one) && isReportedWithList(one, path, context));
  return atMost([...ownKeys(context), ...launchKeys(booted)], (pair) => {
    const key = String(pair.key.value);
    const actor = actorOf(pair);
    const readers = readersOf(key).filter((module) =>
      actor === undefined ? readsKey(module, key, reader) : module.name === actor,
    );
    if ((actor === undefined && isCoreKey(key)) || readers.length === 0) return undefined;
    const running = readers.filter(({ name }) => lists.has(name) && isHelped(name, lists));
    const refused = booted.modules.filter(
      ({ name, why }) => running.some((module) => module.name === name) && why?.code === "other-distro",
    );
    if (running.length > refused.length) return undefined;
    const supporting = readers.filter((module) => runsOn(module, distro, reader));
    const reason =
      supporting.length > 0
        ? notListed(readers, supporting, lists)
        : `${namesOf(readers)}, which ${readers.length === 1 ? "reads" : "read"} it, ${readers.length === 1 ? "does" : "do"} not run on ${distro}. Remove the key`;
    // A key that requests no action has the intended effect, unless it is meant for another distribution.
    const severity = asksForNothing(pair, supporting.length === 0) ? "info" : rule.severity;
    if (severity !== "info" && readers.every((module) => isReported(module, pair.path))) return undefined;
    return about(rule, context, { message: `${key} has no effect: ${reason}.`, cause: originOf(pair), severity });
  });
}

/** The one module that does what a key asks for, though others read the key too; undefined if all readers are alike. */
function actorOf({ key, value }: Pair): string | undefined {
  if (key.value === "users" || key.value === "groups") return "users_groups";
  const entries = key.value === "write_files" && value.type === "sequence" ? value.children : [];
  const isDeferred = (entry: ConfigNode) => {
    const defer = entry.type === "mapping" ? findPair(entry, "defer") : undefined;
    return defer !== undefined && isTrue(defer.value);
  };
  return entries.some((entry) => !isDeferred(entry)) ? "write_files" : undefined;
}

/** Modules that another one completes: runcmd only writes the script that scripts_user runs (18.5 to 26.2). */
const HELPERS: Readonly<Record<string, string>> = { runcmd: "scripts_user" };

function isHelped(name: string, lists: ReadonlySet<string>): boolean {
  const helper = Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
  return helper === undefined || lists.has(helper);
}

/** Why no module runs for a key, and what to do: the rest of a sentence. */
function notListed(readers: readonly Module[], supporting: readonly Module[], lists: ReadonlySet<string>): string {
  const helper = readers.map(({ name }) => HELPERS[name]).find((name) => name !== undefined);
  if (helper !== undefined && readers.every(({ name }) => lists.has(name)))
    return `no module list contains ${helper}, which runs the script that ${namesOf(readers)} writes. Add ${helper} to cloud_final_modules of the image`;
  return `no module list contains ${namesOf(readers)}, which ${readers.length === 1 ? "reads" : "read"} it. Add ${supporting[0]!.name} to a module list of the image, or remove the key`;
}

function namesOf(modules: readonly Module[]): string {
  return modules.map(({ name }) => name).join(", ");
}

/** Whether a key only requests no action: `false`, `{mode: off}`, `{preserve_sources_list: true}`. */
function asksForNothing({ key, value }: Pair, isForeign: boolean): boolean {
  if (value.type === "mapping")
    return value.children.length > 0 && value.children.every((pair) => asksForNothing(pair, isForeign));
  if (value.type === "sequence") return value.children.length === 0;
  if (/^(preserve|ignore|no)_/.test(String(key.value))) return !isForeign && isTrue(value);
  return value.kind === "null" || isFalse(value) || /^(none|never|unchanged)$/i.test(pyStr(value));
}

/** Finds keys that the image's version of cloud-init does not read yet or any more. */
export function configKeyOfOtherVersion(rule: Rule, context: CheckContext): Finding[] {
  const program = programIn(context);
  if (program === undefined) return [];
  const { version } = program;
  const reader = { ...program, vendor: vendorOf(context.booted.config) };
  return atMost([...ownKeys(context), ...launchKeys(context.booted)], (pair) => {
    const key = String(pair.key.value);
    const readers = readersOf(key);
    if (isCoreKey(key) || readers.length === 0) return undefined;
    if (readers.some((module) => readsKey(module, key, reader))) return undefined;
    const since = readers.map((module) => module.keys[key]?.since ?? module.since).find((first) => first !== undefined);
    const isNew = since !== undefined && !versionAtLeast(version, since);
    const vendor = readers.map((module) => module.keys[key]?.vendor).find((name) => name !== undefined);
    const who = vendor === undefined ? "" : `; only the cloud-init package of ${vendor} does`;
    const message = `${key} has no effect: cloud-init ${version} does not read it${isNew ? `; ${since} and later do` : who}.`;
    return about(rule, context, { message, cause: originOf(pair) });
  });
}

/** The distribution that built the cloud-init package. */
export function vendorOf(config: Config): string {
  return distroName({ config });
}

/** The top-level keys of the files that the user wrote. */
function ownKeys(context: CheckContext): readonly Pair[] {
  return context.booted.base.files.filter(({ path }) => isOwn(context, path)).flatMap(({ root }) => root.children);
}
