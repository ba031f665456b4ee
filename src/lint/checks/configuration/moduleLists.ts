import { existsIn, moduleFacts, moduleNames } from "../../../boot/moduleFacts.ts";
import { type ListedModule, readModuleList } from "../../../boot/moduleList.ts";
import type { Finding } from "../../finding.ts";
import { nearest } from "../../nearest.ts";
import type { Rule } from "../../rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "./about.ts";

const LISTS = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** Finds entries of the module lists that cloud-init has no module for. */
export function moduleUnknown(rule: Rule, context: CheckContext): Finding[] {
  const version = versionOf(context);
  if (version === undefined) return [];
  const unknown = listed(context).filter(({ name }) => {
    const facts = moduleFacts(name);
    return facts === undefined || !existsIn(facts, version);
  });
  return atMost(unknown, ({ raw, name, origin }) => {
    if (!isOwn(context, origin.path)) return undefined;
    const facts = moduleFacts(name);
    const history =
      facts?.since !== undefined && facts.until === undefined
        ? `; it came with ${facts.since}`
        : facts?.until === undefined
          ? ""
          : `; it was removed with ${facts.until}`;
    const near = facts === undefined ? nearest(name, moduleNames(version)) : undefined;
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    const message = `cloud-init ${version} has no module "${raw}"${history}, so nothing runs in its place.${hint}`;
    // What another version has was left in the list on purpose or by an upgrade.
    return about(rule, context, { message, cause: origin, severity: facts === undefined ? rule.severity : "info" });
  });
}

/** Finds modules that are listed under two spellings, so that they run twice (the semaphores differ). */
export function moduleTwice(rule: Rule, context: CheckContext): Finding[] {
  const first = new Map<string, ListedModule>();
  const again: [ListedModule, ListedModule][] = [];
  for (const entry of listed(context)) {
    const earlier = first.get(entry.name);
    if (earlier === undefined) first.set(entry.name, entry);
    else if (earlier.raw.replaceAll("-", "_") !== entry.raw.replaceAll("-", "_")) again.push([earlier, entry]);
  }
  return atMost(again, ([earlier, entry]) => {
    if (!isOwn(context, entry.origin.path) && !isOwn(context, earlier.origin.path)) return undefined;
    const where = `${earlier.origin.path}:${earlier.origin.line}`;
    const message = `The module ${entry.name} runs twice: it is listed as "${earlier.raw}" (${where}) and as "${entry.raw}".`;
    return about(rule, context, { message, cause: entry.origin, module: entry.name });
  });
}

/** The entries of all module lists. */
export function listed({ boot }: CheckContext): readonly ListedModule[] {
  return LISTS.flatMap((list) => readModuleList(boot.config, list).modules);
}

/** The image's version of cloud-init; undefined where the image does not tell it. */
export function versionOf({ distro }: CheckContext): string | undefined {
  const { version } = distro.cloudInit;
  return version === undefined || version === "" ? undefined : version;
}
