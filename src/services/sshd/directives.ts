import type { Image } from "../../image/image.ts";
import { Includes } from "../includes.ts";
import { commandLineOptions } from "./commandLine.ts";
import { findKeyword, type Keyword } from "./keywords.ts";
import { matchArguments, type SshdLine, splitLine } from "./tokens.ts";
import type { OpensshVersion } from "./version.ts";

/** One effective line of sshd's configuration; included lines replace their Include. */
export interface Directive {
  readonly keyword: Keyword;
  readonly args: readonly string[];
  readonly rest: string;
  readonly path: string;
  readonly line: number;
  /** The criteria under which it applies: "User deploy", "all"; undefined outside of Match blocks. */
  readonly match: string | undefined;
}

/** As in sshd (servconf.c, SERVCONF_MAX_DEPTH): a file at depth 16 is still read; with a deeper one, sshd does not start. */
const DEPTH_LIMIT = 16;
const CRITERIA_LIMIT = 1000;

/** The main configuration file: openSUSE and others ship it in /usr/etc, and a file in /etc replaces it entirely. */
export function sshdConfigPath(image: Image): string | undefined {
  return ["/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"].find((path) => image.stat(path)?.kind === "file");
}

/**
 * All directives in the order in which sshd reads them. Lines that sshd rejects are omitted, although sshd would not
 * start with one of them.
 * @throws UnreadableService if includes are too deep or too many.
 */
export function readDirectives(image: Image, version: OpensshVersion): Directive[] {
  const directives: Directive[] = [];
  const main = sshdConfigPath(image);
  if (main === undefined) return [];
  const includes = new Includes(image, main, DEPTH_LIMIT);

  /** `outer`: the criteria of the block that includes the file; a block inside it ends with the file. */
  function readFile(path: string, outer: string | undefined): void {
    let match = outer;
    for (const { text: lineText, number } of includes.lines(path)) {
      const line = splitLine(lineText, version);
      if (line === undefined) continue;
      const keyword = line.keyword.toLowerCase();
      if (keyword === "match") match = both(outer, criteria(line, version));
      else if (keyword === "include") readIncluded(line, match);
      else addDirective(line, path, number, match);
    }
  }

  function readIncluded(line: SshdLine, match: string | undefined): void {
    for (const pattern of line.args)
      for (const path of includes.glob(pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`))
        includes.nested(path, () => readFile(path, match));
  }

  function addDirective(line: SshdLine, path: string, number: number, match: string | undefined): void {
    const keyword = findKeyword(line.keyword, version);
    if (keyword !== undefined && (line.args.length > 0 || keyword.kind === "rest"))
      directives.push({ keyword, args: line.args, rest: line.rest, path, line: number, match });
  }

  for (const { text, path, number } of commandLineOptions(image)) {
    const line = splitLine(text, version);
    if (line !== undefined) addDirective(line, path, number, undefined);
  }
  includes.nested(main, () => readFile(main, undefined));
  return directives;
}

const CRITERIA = [
  "User",
  "Group",
  "Host",
  "Address",
  "LocalAddress",
  "LocalPort",
  "RDomain",
  "Version",
  "Invalid-User",
];

/** A Match line's criteria in a uniform spelling: `match user=deploy` becomes "User deploy". */
function criteria(line: SshdLine, version: OpensshVersion): string {
  const words: string[] = [];
  const args = matchArguments(line, version).flatMap((arg) => {
    const equals = arg.indexOf("=");
    return equals > 0 ? [arg.slice(0, equals), arg.slice(equals + 1)] : [arg];
  });
  for (let i = 0; i < args.length; i++) {
    const name = CRITERIA.find((one) => one.toLowerCase() === args[i]!.toLowerCase());
    words.push(name ?? args[i]!.toLowerCase());
    if (name !== undefined && name !== "Invalid-User" && args[i + 1] !== undefined) words.push(args[++i]!);
  }
  return words.join(" ").slice(0, CRITERIA_LIMIT);
}

/** The criteria of a block in a file that a block includes: both must hold. */
function both(outer: string | undefined, inner: string): string {
  if (outer === undefined || outer === "all") return inner;
  return inner === "all" || inner === outer ? outer : `${outer} ${inner}`.slice(0, CRITERIA_LIMIT);
}
