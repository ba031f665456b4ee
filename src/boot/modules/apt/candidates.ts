import { unknown } from "../../../image/unknown.ts";
import { holds, items, mapping } from "../../../python/checked.ts";
import type { ConfigObject, ConfigValue } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { parseIpv4, parseIpv6 } from "../../network/state/ipAddress.ts";

/** The possible result of a look-up; undefined: none. */
export type Possible = readonly (ConfigValue | undefined)[];

const ANSWERS = unknown("the mirror that answers at boot");

/** The only possible value, else an unknown one. */
export function one(values: Possible): ConfigValue {
  const distinct = [...new Set(values.filter((value) => value !== undefined))];
  return distinct.length === 1 ? distinct[0]! : ANSWERS;
}

/** The first candidate that resolves, of those that may: up to the first that needs no name server. */
export function lookUp(candidates: readonly ConfigValue[]): Possible {
  const found: ConfigValue[] = [];
  for (const candidate of candidates) {
    const host = typeof candidate === "string" ? hostOf(candidate) : undefined;
    if (host === undefined) continue;
    found.push(candidate);
    if (parseIpv4(host) !== undefined || parseIpv6(host) !== undefined) return found;
  }
  return [...found, undefined];
}

function hostOf(url: string): string | undefined {
  const authority = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
  const host = /^(?:\[([^\]]*)\]|([^:]*))/.exec(authority.slice(authority.lastIndexOf("@") + 1));
  return (host?.[1] ?? host?.[2]) || undefined;
}

/** The entry for the architecture, else the last for "default". `lenient`: an entry need not have `arches`. */
export function entryFor(list: ConfigValue, architecture: string, lenient: boolean): ConfigObject | undefined {
  let fallback: ConfigObject | undefined;
  for (const item of items(list, "the list of mirrors")) {
    const entry = mapping(item, "a mirror");
    const arches = lenient && !truthy(entry.arches ?? null) ? [] : entry.arches;
    if (holds(arches, architecture, "arches")) return entry;
    if (holds(arches, "default", "arches")) fallback = entry;
  }
  return fallback;
}
