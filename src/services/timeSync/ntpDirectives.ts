import type { Image } from "../../image/image.ts";
import { sortNames } from "../../image/sort.ts";
import { Includes } from "../includes.ts";
import { statementsIn, words } from "../lines.ts";

/** A line of chrony.conf or ntp.conf: its directive in lower case, and its arguments. */
export interface NtpDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
  readonly line: number;
}

interface Dialect {
  /** The characters that begin a comment line. */
  readonly marks: string;
  /** Whether `#` begins a comment anywhere in a line. */
  readonly comments: boolean;
  /** The directives that include files, and the paths that a directive includes, in order. */
  readonly includes: ReadonlySet<string>;
  pathsOf(includes: Includes, directive: NtpDirective): readonly string[];
}

/** chrony.conf(5) with its includes expanded. @throws UnreadableService if they are too large. */
export function readChronyDirectives(image: Image, path: string): NtpDirective[] {
  const includes = new Set(["include", "confdir", "sourcedir"]);
  return readDirectives(image, path, { marks: "!;#%", comments: false, includes, pathsOf: chronyPaths });
}

/** ntp.conf(5) of ntp and ntpsec. @throws UnreadableService if it includes too much. */
export function readNtpDirectives(image: Image, path: string): NtpDirective[] {
  const pathsOf = (_: Includes, { args }: NtpDirective) => args.slice(0, 1).filter((one) => one.startsWith("/"));
  return readDirectives(image, path, { marks: "#", comments: true, includes: new Set(["includefile"]), pathsOf });
}

function readDirectives(image: Image, main: string, dialect: Dialect): NtpDirective[] {
  const directives: NtpDirective[] = [];
  const read = new Set<string>();
  const includes = new Includes(image, main);
  function readFile(path: string): void {
    // Files can include each other.
    if (read.has(path)) return;
    read.add(path);
    for (const { text, number } of statementsIn(includes.lines(path), dialect.marks)) {
      const [first = "", ...args] = words(dialect.comments ? text.split("#", 1)[0]! : text);
      const directive = { name: first.toLowerCase(), args, path, line: number };
      if (!dialect.includes.has(directive.name)) directives.push(directive);
      else for (const one of dialect.pathsOf(includes, directive)) includes.nested(one, () => readFile(one));
    }
  }
  readFile(main);
  return directives;
}

function chronyPaths(includes: Includes, { name, args }: NtpDirective): readonly string[] {
  if (name === "include") return args[0]?.startsWith("/") ? includes.glob(args[0]) : [];
  const suffix = name === "confdir" ? ".conf" : ".sources";
  // If several directories contain a file of the same name, the first directory counts.
  const byName = new Map<string, string>();
  for (const directory of args.slice(0, 10)) {
    for (const file of includes.list(directory)) {
      if (file.endsWith(suffix) && !byName.has(file)) byName.set(file, `${directory}/${file}`);
    }
  }
  return sortNames([...byName.keys()]).map((file) => byName.get(file)!);
}
