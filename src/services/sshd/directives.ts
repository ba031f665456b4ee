import { expandGlob } from "../../image/glob.ts";
import { type Image, readText } from "../../image/image.ts";
import { linesOf } from "../lines.ts";
import { commandLineOptions } from "./commandLine.ts";
import { findKeyword, type Keyword } from "./keywords.ts";
import { matchArguments, type SshdLine, splitLine } from "./tokens.ts";
import type { OpensshVersion } from "./version.ts";

/** One effective line of sshd's configuration: what is included stands in the place of its Include. */
export interface Directive {
  readonly keyword: Keyword;
  readonly args: readonly string[];
  readonly rest: string;
  readonly path: string;
  readonly line: number;
  /** The criteria under which it counts: "User deploy", "all"; undefined outside of Match blocks. */
  readonly match: string | undefined;
}

/** As in sshd: a file at depth 16 may still be read, one below it may not. */
const DEPTH_LIMIT = 16;
/** What all files together may cost, in characters, and what a file and a new pattern cost besides the text. */
const BUDGET = 32 * 1024 * 1024;
const FILE_COST = 256;
const PATTERN_COST = 256 * 1024;
const CRITERIA_LIMIT = 1000;

/** The main configuration file: openSUSE and others keep the vendor's in /usr/etc, which /etc replaces whole. */
export function sshdConfigPath(image: Image): string | undefined {
  return ["/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"].find((path) => image.stat(path)?.kind === "file");
}

/**
 * All directives in the order in which sshd reads them. Lines that sshd refuses are left out, although with one of them
 * it would not start.
 */
export function readDirectives(image: Image, version: OpensshVersion): Directive[] {
  const directives: Directive[] = [];
  const patterns = new Map<string, string[]>();
  let budget = BUDGET;

  function pathsOf(pattern: string): string[] {
    const absolute = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
    let paths = patterns.get(absolute);
    if (paths === undefined) {
      budget -= PATTERN_COST;
      paths = expandGlob(image, absolute);
      patterns.set(absolute, paths);
    }
    return paths;
  }

  /** `outer`: the criteria of the block that the file is included in; a block in it ends with the file. */
  function readFile(path: string, outer: string | undefined, depth: number): void {
    const text = readText(image, path);
    budget -= FILE_COST + (text?.length ?? 0);
    if (text === undefined || budget < 0 || depth > DEPTH_LIMIT) return;
    let match = outer;
    for (const { text: lineText, number } of linesOf(text)) {
      const line = splitLine(lineText, version);
      if (line === undefined) continue;
      const keyword = line.keyword.toLowerCase();
      if (keyword === "match") match = both(outer, criteria(line, version));
      else if (keyword === "include") readIncluded(line, match, depth);
      else addDirective(line, path, number, match);
    }
  }

  function readIncluded(line: SshdLine, match: string | undefined, depth: number): void {
    for (const pattern of line.args) {
      if (budget < 0) return;
      for (const path of pathsOf(pattern)) readFile(path, match, depth + 1);
    }
  }

  function addDirective(line: SshdLine, path: string, number: number, match: string | undefined): void {
    const keyword = findKeyword(line.keyword, version);
    if (keyword !== undefined && (line.args.length > 0 || keyword.kind === "rest"))
      directives.push({ keyword, args: line.args, rest: line.rest, path, line: number, match });
  }

  const main = sshdConfigPath(image);
  if (main === undefined) return [];
  for (const { text, path, number } of commandLineOptions(image)) {
    const line = splitLine(text, version);
    if (line !== undefined) addDirective(line, path, number, undefined);
  }
  readFile(main, undefined, 0);
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

/** A Match line's criteria in one spelling: `match user=deploy` is "User deploy". */
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

/** The criteria of a block in a file that is itself included in a block: both must hold. */
function both(outer: string | undefined, inner: string): string {
  if (outer === undefined || outer === "all") return inner;
  return inner === "all" || inner === outer ? outer : `${outer} ${inner}`.slice(0, CRITERIA_LIMIT);
}
