import { isDeepStrictEqual } from "node:util";
import { ASSUMED_VERSION, type BootResult } from "../../boot/boot.ts";
import { allFacts, type Fact, lookUp } from "../../distro/library/fact.ts";
import { libraryOf } from "../../distro/library/library.ts";
import { sinceOf } from "../../distro/version.ts";
import { shortList } from "./lists.ts";

/** Characters of a value that are shown. */
const LONGEST = 100;

/** A fact that an image's own cloud-init states otherwise than upstream's release. */
export interface LibraryFact {
  /** What it is about: "default mount options". */
  readonly fact: string;
  /** As a clause: `default mount options: "defaults,nofail"`, `rules for doas: on (upstream: off)`. */
  readonly message: string;
}

/** What an image's own cloud-init states otherwise than upstream's release of its version, which the boot follows. */
export function libraryFacts({ before, distro }: BootResult): LibraryFact[] {
  const library = libraryOf(before, distro.cloudInit);
  if (library === undefined) return [];
  const version = distro.cloudInit.version ?? ASSUMED_VERSION;
  const packaged = library.path.startsWith("/usr/local/") ? distro.packages.version("cloud-init") : undefined;
  const beside = `Python finds ${library.path} before the package cloud-init ${packaged}`;
  const differences = allFacts().flatMap((fact): LibraryFact[] => {
    const own = lookUp(fact, { version, library });
    const upstream = fact.byVersion(sinceOf(version));
    if (own.from === "version" || isDeepStrictEqual(own.value, upstream)) return [];
    return [{ fact: fact.name, message: clauseOf(fact, own.value, upstream) }];
  });
  return packaged === undefined ? differences : [{ fact: "installation", message: beside }, ...differences];
}

function clauseOf({ name }: Fact<unknown>, own: unknown, upstream: unknown): string {
  const [parts, others] = [partsOf(own), partsOf(upstream)];
  if (parts !== undefined && others !== undefined) return `${name}: ${differencesOf(parts, others)}`;
  const [here, there] = [inWords(own), inWords(upstream)];
  if (here === undefined || there === undefined || here === there) return `${name}: not as upstream's`;
  // Upstream's text beside the image's own reads as if both were written.
  return typeof own === "boolean" ? `${name}: ${here} (upstream: ${there})` : `${name}: ${here}`;
}

/** The values of a mapping by their names; undefined for other values. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return value;
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? new Map(Object.entries(value)) : undefined;
}

/** `activated by: none (upstream: grub_dpkg, grub-dpkg)` for each part that differs. */
function differencesOf(own: ReadonlyMap<string, unknown>, upstream: ReadonlyMap<string, unknown>): string {
  const names = [...new Set([...own.keys(), ...upstream.keys()])];
  const different = names.filter((name) => !isDeepStrictEqual(own.get(name), upstream.get(name)));
  return shortList(
    different.map((name) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      const [here, there] = [inWords(own.get(name)), inWords(upstream.get(name))];
      return here === undefined || there === undefined ? words : `${words} ${here} (upstream: ${there})`;
    }),
  );
}

/** A value in a few words; undefined for what has too many parts. */
function inWords(value: unknown): string | undefined {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "string") {
    const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    return /^[\w.-]+$/.test(cut) ? cut : `"${cut}"`;
  }
  if (value instanceof Set) return inWords([...value]);
  if (!Array.isArray(value)) return undefined;
  const words = value.map((item) => (Array.isArray(item) ? undefined : inWords(item)));
  if (words.includes(undefined)) return undefined;
  return words.length === 0 ? "none" : shortList(words as string[]);
}
