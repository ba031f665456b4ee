import { isDeepStrictEqual } from "node:util";
import type { BootResult } from "../../boot/boot.ts";
import { allFacts, lookUp } from "../../distro/library/fact.ts";
import { libraryOf } from "../../distro/library/library.ts";
import { ASSUMED_VERSION, sinceOf } from "../../distro/version.ts";
import { MOST_NAMED, shortList } from "./lists.ts";

/** Characters of a value that are shown. */
const LONGEST = 100;
/** Levels of mappings that are compared member by member. */
const DEEPEST = 5;

/** A fact that an image's own cloud-init states otherwise than upstream's release. */
export interface LibraryFact {
  /** What it is about: "default mount options". */
  readonly fact: string;
  /** As a clause: `default mount options: "defaults,nofail" (upstream: "defaults")`. */
  readonly message: string;
}

/** What an image's own cloud-init states otherwise than upstream's release of its version, which the boot follows. */
export function libraryFacts({ before, cloud, distro }: BootResult): LibraryFact[] {
  const library = libraryOf(before, distro.cloudInit);
  if (library === undefined) return [];
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const packaged = library.path.startsWith("/usr/local/") ? distro.packages.version("cloud-init") : undefined;
  const beside = `Python finds ${library.path} before the package cloud-init ${packaged}`;
  const differences = allFacts().flatMap((fact): LibraryFact[] => {
    if (fact.incomparable || (fact.datasource ?? cloud.datasource) !== cloud.datasource) return [];
    const own = lookUp(fact, { version, library });
    const upstream = fact.byVersion(sinceOf(version));
    if (own.from === "version" || isDeepStrictEqual(own.value, upstream)) return [];
    return [{ fact: fact.name, message: differenceInWords(fact.name, own.value, upstream) }];
  });
  return packaged === undefined ? differences : [{ fact: "installation", message: beside }, ...differences];
}

/** What differs in a few words: a short value, the members of a mapping, the items of a long list. */
export function differenceInWords(name: string, own: unknown, upstream: unknown): string {
  const [here, there] = [membersOf(own), membersOf(upstream)];
  if (here === undefined || there === undefined) return `${name}: ${difference(own, upstream)}`;
  const differing = [...new Set([...here.keys(), ...there.keys()])].filter(
    (key) => !isDeepStrictEqual(here.get(key) ?? null, there.get(key) ?? null),
  );
  return `${name}: ${shortList(differing.map((key) => `${words(key)} ${difference(here.get(key), there.get(key))}`))}`;
}

function difference(own: unknown, upstream: unknown): string {
  const [here, there] = [itemsOf(own), itemsOf(upstream)];
  if (here !== undefined && there !== undefined && Math.max(here.length, there.length) > MOST_NAMED) {
    const added = here.filter((item) => !there.includes(item));
    const missing = there.filter((item) => !here.includes(item));
    const parts = [
      added.length > 0 && `with ${shortList(added)}`,
      missing.length > 0 && `without ${shortList(missing)}`,
    ];
    if (parts.some(Boolean)) return parts.filter(Boolean).join(", ");
    // Of an order, what comes first counts.
    return `${here.slice(0, MOST_NAMED).join(", ")}, ... (upstream: ${there.slice(0, MOST_NAMED).join(", ")}, ...)`;
  }
  const [ours, theirs] = [inWords(own), inWords(upstream)];
  if (ours === undefined || theirs === undefined) return "not as upstream's";
  // A long text of upstream's beside the image's own reads as if the boot wrote it.
  return ours.length > SHORT && typeof own === "string" ? ours : `${ours} (upstream: ${theirs})`;
}

/** Characters of a text beside which upstream's is shown. */
const SHORT = 30;

/** The name of a member for people. */
function words(key: string): string {
  return key === "activatedBy" ? "activating keys" : key;
}

/** The members of a mapping, nested ones by their path. */
function membersOf(value: unknown, prefix = "", depth = 0): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Set || depth > DEEPEST)
    return undefined;
  const members = new Map<string, unknown>();
  for (const [key, held] of value instanceof Map ? value : Object.entries(value)) {
    const path = `${prefix}${String(key)}`;
    for (const [inner, one] of membersOf(held, `${path}.`, depth + 1) ?? [[path, held]]) members.set(inner, one);
  }
  return members;
}

/** The items of a list or set in words; undefined for anything else. */
function itemsOf(value: unknown): string[] | undefined {
  const items = value instanceof Set ? [...value] : Array.isArray(value) ? value : undefined;
  return items?.map((item) => (Array.isArray(item) ? "a list" : inWords(item)) ?? "a mapping");
}

/** A value in a few words; undefined for a mapping. */
function inWords(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") {
    const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    return /^[\w.-]+$/.test(cut) ? cut : `"${cut}"`;
  }
  const items = itemsOf(value);
  return items === undefined ? undefined : items.length === 0 ? "none" : shortList(items);
}
