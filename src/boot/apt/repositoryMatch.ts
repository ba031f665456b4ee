import type { ConfigValue } from "../../config/tree.ts";
import { truthy } from "../../config/value.ts";
import { text } from "./pythonValue.ts";

/** Whether a source is for add-apt-repository; "unknown" where this program does not read the pattern. */
export type RepositoryMatch = (source: string) => boolean | "unknown";

/** Characters, classes and escapes that mean the same in Python and here, each perhaps repeated; nothing nested. */
const PLAIN = /^\^?(?:(?:[\w :/@,;=~-]|\\[wd./:-]|\[(?:[\w :/@.-]|\\[wd.-])+\])[+*?]?)*$/;

/** More repetitions, or longer sources, could take too long to try. */
const MOST_REPETITIONS = 2;
const LONGEST_SOURCE = 400;

/**
 * The matcher for `add_apt_repo_match`, which defaults to "name:" and a name (20.4 to 26.2). Undefined where it is
 * switched off, which fails wherever a source is matched.
 */
export function repositoryMatch(pattern: ConfigValue | undefined): RepositoryMatch | undefined {
  if (pattern === undefined) return (source) => /^[\p{L}\p{N}_-]+:[\p{L}\p{N}_]/u.test(source);
  if (!truthy(pattern)) return undefined;
  const written = text(pattern, "add_apt_repo_match");
  const repetitions = written.match(/[+*?]/g)?.length ?? 0;
  if (written.length > 1000 || !PLAIN.test(written) || repetitions > MOST_REPETITIONS) return () => "unknown";
  const expression = new RegExp(written);
  return (source) => (source.length > LONGEST_SOURCE ? "unknown" : expression.test(source));
}
