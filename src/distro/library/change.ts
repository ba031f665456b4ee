import type { Since } from "../version.ts";
import { defineFact, type Fact } from "./fact.ts";

/** What `defineChange` needs to know. */
interface Change {
  /** For people, in plain words: "bonds keep the names that the cloud gives them". */
  readonly name: string;
  readonly file: string;
  /** Upstream's first version with it; undefined if only distributions have it. */
  readonly since: string | undefined;
  /** Code that only a file with the change contains. */
  readonly made: RegExp;
  /** Code beside it that the file contains with and without the change: if that is missing too, the file does not say. */
  readonly beside: RegExp;
}

/**
 * The fact that cloud-init has a change, which upstream made in one version, and which distributions carry into older
 * versions, take back in later ones, or make on their own. Often such a change is inside a function, where nothing but
 * its code states it.
 */
export function defineChange({ name, file, since, made, beside }: Change): Fact<boolean> {
  return defineFact({
    name,
    file,
    readCode: (code) => made.test(code) || (beside.test(code) ? false : undefined),
    byVersion: (isSince) => since !== undefined && isSince(since),
  });
}

/** What cloud-init has: whether a change is made, or the value of another fact. */
export type Has = <T>(fact: Fact<T>) => T;

/** As upstream's version has it. */
export function upstreamHas(since: Since): Has {
  return (fact) => fact.byVersion(since);
}

/** As an image's library has it. A fact is looked up once, since renderers ask again for every interface. */
export function libraryHas(boot: { fact<T>(fact: Fact<T>): T }): Has {
  const known = new Map<unknown, unknown>();
  return <T>(fact: Fact<T>): T => {
    if (!known.has(fact)) known.set(fact, boot.fact(fact));
    return known.get(fact) as T;
  };
}

/** The default of an option that code reads as `get(option, default)` or `get_cfg_option_bool(config, option, default)`. */
export function defineDefault(option: string, file: string, upstream: boolean): Fact<boolean> {
  return defineFact({
    name: `the default of ${option}`,
    file,
    read: (source) => {
      const defaults = ["get", "get_cfg_option_bool"]
        .flatMap((name) => source.calls("", name))
        .flatMap(({ positional, named }) => {
          const at = positional.indexOf(option);
          return at === -1 ? [] : [positional[at + 1] ?? named.get("default")];
        });
      const found = new Set(defaults.filter((value) => value !== undefined));
      const [value] = found;
      return found.size === 1 && typeof value === "boolean" ? value : undefined;
    },
    byVersion: () => upstream,
  });
}
