import type { Image } from "../../image/image.ts";
import { type Directive, readDirectives } from "./directives.ts";
import { effectiveValue } from "./effective.ts";
import { defaults } from "./keywords.ts";
import type { OpensshVersion } from "./version.ts";

/** The account that a connection asks for. `groups`: the names of all its groups, including the primary one. */
export interface Login {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A value that a keyword may have in a connection, and the line that sets it; no line for a default. */
export interface PossibleValue {
  readonly value: string;
  readonly path?: string;
  readonly line?: number;
}

/** Keywords that decide who gets in, in lower case. */
const DECIDING = new Set(
  `allowgroups allowusers authenticationmethods authorizedkeyscommand authorizedkeysfile challengeresponseauthentication
  denygroups denyusers gssapiauthentication kbdinteractiveauthentication passwordauthentication permitemptypasswords
  permitrootlogin pubkeyauthentication refuseconnection strictmodes trustedusercakeys usepam`.split(/\s+/),
);

/** The number of Match blocks, and of lines of one keyword, beyond which nothing is said of a connection. */
const MOST_BLOCKS = 200;
const MOST_LINES = 1000;

/**
 * What sshd's configuration says of connections to single accounts. Where a block depends on the address or another
 * fact of the connection, both outcomes are possible.
 */
export class SshdConnections {
  readonly #global = new Map<string, Directive[]>();
  /** The directives of all Match blocks by keyword, in their order. */
  readonly #blocks = new Map<string, Directive[]>();
  /** Whether the configuration is too large to compare each account with it; its answers are then incomplete. */
  readonly isTooLarge: boolean;
  readonly #defaults: ReadonlyMap<string, string>;

  /** @throws UnreadableService if includes are too deep or too many. */
  constructor(image: Image, version: OpensshVersion) {
    const criteria = new Set<string>();
    let words = 0;
    for (const directive of readDirectives(image, version)) {
      const name = directive.keyword.name.toLowerCase();
      if (!DECIDING.has(name)) continue;
      const inBlock = directive.match !== undefined;
      if (inBlock) criteria.add(directive.match);
      const of = inBlock ? this.#blocks : this.#global;
      const known = of.get(name) ?? [];
      if (known.length === 0) of.set(name, known);
      // Of the global lines of most keywords only the first counts.
      if (!inBlock && !directive.keyword.repeats && known.length > 0) continue;
      words += directive.args.length;
      known.push(directive);
    }
    this.isTooLarge = criteria.size > MOST_BLOCKS || words > MOST_LINES;
    this.#defaults = new Map(defaults(version).map(({ name, value }) => [name.toLowerCase(), value]));
  }

  /** The values that a keyword may have, the likeliest first; never empty. Keywords with lists have them in `lists`. */
  values(keyword: string, login: Login): PossibleValue[] {
    const name = keyword.toLowerCase();
    const possible: PossibleValue[] = [];
    for (const directive of this.#blocks.get(name) ?? []) {
      const holds = matches(directive.match!, login);
      if (holds === false) continue;
      possible.push(possibleValue(directive));
      if (holds) return possible;
    }
    const [first] = this.#global.get(name) ?? [];
    const usual = first === undefined ? { value: this.#defaults.get(name) ?? "" } : possibleValue(first);
    return [usual, ...possible];
  }

  /** The lines that a keyword may have, for keywords whose lines add up; [] where it is not set. */
  lists(keyword: string, login: Login): (readonly Directive[])[] {
    const name = keyword.toLowerCase();
    const sure: Directive[] = [];
    const possible: Directive[] = [];
    for (const directive of this.#blocks.get(name) ?? []) {
      const holds = matches(directive.match!, login);
      if (holds === true) sure.push(directive);
      if (holds !== false) possible.push(directive);
    }
    const global = this.#global.get(name) ?? [];
    const usual = sure.length > 0 ? sure : global;
    return possible.length > sure.length ? [usual, possible] : [usual];
  }
}

function possibleValue(directive: Directive): PossibleValue {
  const { path, line } = directive;
  return { value: effectiveValue(directive), path, line };
}

/** Whether the criteria of a Match block hold for an account; undefined if they depend on the connection. */
function matches(criteria: string, { name, groups }: Login): boolean | undefined {
  const words = criteria.split(" ");
  if (criteria === "all") return true;
  let known: boolean | undefined = true;
  for (let at = 0; at < words.length; at++) {
    const criterion = words[at]!;
    if (criterion === "Invalid-User") return false;
    if (criterion === "all") continue;
    const patterns = words[++at] ?? "";
    let holds: boolean | undefined;
    if (criterion === "User") holds = listMatches(patterns, [name]);
    else if (criterion === "Group") holds = listMatches(patterns, groups);
    else if (patterns === "*") holds = true;
    if (holds === false) return false;
    if (holds === undefined) known = undefined;
  }
  return known;
}

/** A comma-separated list of patterns, as match_pattern_list of OpenSSH: a negated one that matches decides. */
function listMatches(patterns: string, names: readonly string[]): boolean {
  let matched = false;
  for (const pattern of patterns.split(",")) {
    const negated = pattern.startsWith("!");
    if (!names.some((name) => matchesPattern(negated ? pattern.slice(1) : pattern, name))) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** Whether a name matches a pattern of OpenSSH, in which only `*` and `?` are special (match.c). Quadratic at worst. */
export function matchesPattern(pattern: string, name: string): boolean {
  let [at, read] = [0, 0];
  let star = -1;
  let resumed = 0;
  while (read < name.length) {
    if (at < pattern.length && pattern[at] === "*") {
      star = at++;
      resumed = read;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++resumed;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
