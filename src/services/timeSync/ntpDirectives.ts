import { expandGlob } from "../../image/glob.ts";
import type { Image } from "../../image/image.ts";
import { sortNames } from "../../image/sort.ts";
import { readStatements, words } from "../lines.ts";

/** A line of chrony.conf or ntp.conf: its directive in lower case and what follows. */
export interface NtpDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
  readonly line: number;
}

interface Dialect {
  /** The characters that make a line a comment when they are its first. */
  readonly marks: string;
  /** Whether `#` begins a comment anywhere in a line. */
  readonly comments: boolean;
  /** The directives that include files, and the paths of what one includes, in order. */
  readonly includes: ReadonlySet<string>;
  pathsOf(image: Image, directive: NtpDirective): readonly string[];
}

const FILES_LIMIT = 200;
const INCLUDES_LIMIT = 200;

/** chrony.conf(5) with what it includes in place. */
export function readChronyDirectives(image: Image, path: string): NtpDirective[] {
  const includes = new Set(["include", "confdir", "sourcedir"]);
  return readDirectives(image, path, { marks: "!;#%", comments: false, includes, pathsOf: chronyPaths });
}

/** ntp.conf(5) of ntp and ntpsec. */
export function readNtpDirectives(image: Image, path: string): NtpDirective[] {
  const pathsOf = (_: Image, { args }: NtpDirective) => args.slice(0, 1).filter((one) => one.startsWith("/"));
  return readDirectives(image, path, { marks: "#", comments: true, includes: new Set(["includefile"]), pathsOf });
}

function readDirectives(image: Image, main: string, dialect: Dialect): NtpDirective[] {
  const directives: NtpDirective[] = [];
  const read = new Set<string>();
  let includes = 0;
  function readFile(path: string): void {
    // Files may include each other.
    if (read.has(path) || read.size >= FILES_LIMIT) return;
    read.add(path);
    for (const { text, number } of readStatements(image, path, dialect.marks)) {
      const [first = "", ...args] = words(dialect.comments ? text.split("#", 1)[0]! : text);
      const directive = { name: first.toLowerCase(), args, path, line: number };
      if (!dialect.includes.has(directive.name)) directives.push(directive);
      else if (++includes <= INCLUDES_LIMIT) for (const one of dialect.pathsOf(image, directive)) readFile(one);
    }
  }
  readFile(main);
  return directives;
}

function chronyPaths(image: Image, { name, args }: NtpDirective): readonly string[] {
  if (name === "include") return args[0]?.startsWith("/") ? expandGlob(image, args[0]) : [];
  const suffix = name === "confdir" ? ".conf" : ".sources";
  // Of files that have the same name in several directories, the one in the first directory counts.
  const byName = new Map<string, string>();
  for (const directory of args.slice(0, 10)) {
    for (const file of image.list(directory)) {
      if (file.endsWith(suffix) && !byName.has(file)) byName.set(file, `${directory}/${file}`);
    }
  }
  return sortNames([...byName.keys()]).map((file) => byName.get(file)!);
}
