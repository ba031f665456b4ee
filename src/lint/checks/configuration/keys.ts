import { isCoreKey, readersOf, readsKey } from "../../../boot/configKeys.ts";
import type { Config } from "../../../config/config.ts";
import { isFalse, isTrue } from "../../../config/options.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { originOf, type Pair } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";
import { listed, versionOf } from "./moduleLists.ts";

/** Finds keys that nothing reads: no module that reads them is in a module list or supports this distro. */
export function configKeyWithoutModule(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  const version = versionOf(context);
  if (booted.base.fatal !== undefined || version === undefined) return [];
  const reader = { version, vendor: vendorOf(booted.config) };
  const lists = new Set(listed(context).map(({ name }) => name));
  // Another rule reports an image without any list, in which nothing runs.
  if (lists.size === 0) return [];
  return atMost(ownKeys(context), (pair) => {
    const key = String(pair.key.value);
    const readers = readersOf(key).filter((module) => readsKey(module, key, reader));
    if (isCoreKey(key) || readers.length === 0) return undefined;
    const running = readers.filter(({ name }) => lists.has(name));
    const refused = booted.modules.filter(
      ({ name, why }) => running.some((module) => module.name === name) && why?.code === "other-distro",
    );
    if (running.length > refused.length) return undefined;
    const names = readers.map(({ name }) => name).join(", ");
    const reason =
      running.length === 0
        ? `no module list contains ${names}, which ${readers.length === 1 ? "reads" : "read"} it`
        : `${names} does not run on ${booted.config.get("system_info", "distro") ?? "ubuntu"}`;
    // A key that requests no action has the intended effect.
    const severity = asksForNothing(pair) ? "info" : rule.severity;
    return about(rule, context, { message: `${key} has no effect: ${reason}.`, cause: originOf(pair), severity });
  });
}

/** Whether a key only requests no action: `false`, `{mode: off}`, `{preserve_sources_list: true}`. */
function asksForNothing({ key, value }: Pair): boolean {
  if (value.type === "mapping") return value.children.length > 0 && value.children.every(asksForNothing);
  if (value.type === "sequence") return value.children.length === 0;
  if (/^(preserve|ignore|no)_/.test(String(key.value))) return isTrue(value);
  return value.kind === "null" || isFalse(value) || /^(none|never|unchanged)$/i.test(pyStr(value));
}

/** Finds keys that the image's version of cloud-init does not read yet or any more. */
export function configKeyOfOtherVersion(rule: Rule, context: CheckContext): Finding[] {
  const version = versionOf(context);
  if (version === undefined) return [];
  const reader = { version, vendor: vendorOf(context.booted.config) };
  return atMost(ownKeys(context), (pair) => {
    const key = String(pair.key.value);
    const readers = readersOf(key);
    if (isCoreKey(key) || readers.length === 0) return undefined;
    const cause = originOf(pair);
    if (!readers.some((module) => readsKey(module, key, reader))) {
      const since = readers
        .map((module) => module.keys[key]?.since ?? module.since)
        .find((first) => first !== undefined);
      const isNew = since !== undefined && !versionAtLeast(version, since);
      const vendor = readers.map((module) => module.keys[key]?.vendor).find((name) => name !== undefined);
      const who = vendor === undefined ? "" : `; only the cloud-init package of ${vendor} does`;
      const message = `${key} has no effect: cloud-init ${version} does not read it${isNew ? `; ${since} and later do` : who}.`;
      return about(rule, context, { message, cause });
    }
    return undefined;
  });
}

/** The distribution that built the cloud-init package. */
export function vendorOf(config: Config): string {
  return String(config.get("system_info", "distro") ?? "ubuntu");
}

/** The top-level keys of the files that the user wrote. */
function ownKeys(context: CheckContext): readonly Pair[] {
  return context.booted.base.files.filter(({ path }) => isOwn(context, path)).flatMap(({ root }) => root.children);
}
