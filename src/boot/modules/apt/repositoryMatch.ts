import { text } from "../../../python/checked.ts";
import type { ConfigValue } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";

/** Whether a source is for add-apt-repository; "unknown" if this program does not support the pattern. */
export type RepositoryMatch = (source: string) => boolean | "unknown";

/**
 * Characters, classes and escapes that have the same meaning in Python and JavaScript, optionally repeated; nothing
 * nested.
 */
const PLAIN = /^\^?(?:(?:[\w :/@,;=~-]|\\[wd./:-]|\[(?:[\w :/@.-]|\\[wd.-])+\])[+*?]?)*$/;

/** Longer sources, or more repetitions, could take too long to try. */
const LONGEST_SOURCE = 400;

/**
 * The matcher for `add_apt_repo_match`, which defaults to "name:" and a name (20.4 to 26.2). Undefined if it is
 * empty or false, which fails as soon as a source is matched.
 */
export function repositoryMatch(pattern: ConfigValue | undefined): RepositoryMatch | undefined {
  if (pattern === undefined) return (source) => /^[\p{L}\p{N}_-]+:[\p{L}\p{N}_]/u.test(source);
  if (!truthy(pattern)) return undefined;
  const written = text(pattern, "add_apt_repo_match");
  const repetitions = written.match(/[+*?]/g)?.length ?? 0;
  const isQuick = written.length <= 1000 && repetitions <= (written.startsWith("^") ? 2 : 1);
  if (!isQuick || !PLAIN.test(written)) return () => "unknown";
  const expression = new RegExp(written);
  return (source) => (source.length > LONGEST_SOURCE ? "unknown" : expression.test(source));
}
