import type { Image } from "../../image/image.ts";
import { sortNames } from "../../image/sort.ts";
import { expandGlob } from "../glob.ts";
import { readStatements, words } from "../lines.ts";

/** A line of chrony.conf or ntp.conf: its directive in lower case and what follows. */
export interface NtpDirective {
  readonly name: string;
  readonly args: readonly string[];
  readonly path: string;
  readonly line: number;
}

/** What a directive includes: the paths in order; undefined when it is no such directive. */
type Includes = (image: Image, directive: NtpDirective) => readonly string[] | undefined;

interface Dialect {
  /** The characters that make a line a comment when they are its first. */
  readonly marks: string;
  /** Whether `#` begins a comment anywhere in a line. */
  readonly comments: boolean;
  readonly includes: Includes;
}

const FILES_LIMIT = 200;

/** chrony.conf(5) with what it includes in place. */
export function readChronyDirectives(image: Image, path: string): NtpDirective[] {
  return readDirectives(image, path, { marks: "!;#%", comments: false, includes: chronyIncludes });
}

/** ntp.conf(5) of ntp and ntpsec. */
export function readNtpDirectives(image: Image, path: string): NtpDirective[] {
  return readDirectives(image, path, { marks: "#", comments: true, includes: ntpIncludes });
}

function readDirectives(image: Image, main: string, dialect: Dialect): NtpDirective[] {
  const directives: NtpDirective[] = [];
  const read = new Set<string>();
  function readFile(path: string): void {
    // Files may include each other.
    if (read.has(path) || read.size >= FILES_LIMIT) return;
    read.add(path);
    for (const { text, number } of readStatements(image, path, dialect.marks)) {
      const [first = "", ...args] = words(dialect.comments ? text.split("#", 1)[0]! : text);
      const directive = { name: first.toLowerCase(), args, path, line: number };
      const included = dialect.includes(image, directive);
      if (included === undefined) directives.push(directive);
      else for (const one of included) readFile(one);
    }
  }
  readFile(main);
  return directives;
}

function chronyIncludes(image: Image, { name, args }: NtpDirective): readonly string[] | undefined {
  if (name === "include") return args[0]?.startsWith("/") ? expandGlob(image, args[0]) : [];
  const suffix = name === "confdir" ? ".conf" : name === "sourcedir" ? ".sources" : undefined;
  if (suffix === undefined) return undefined;
  // Of files that have the same name in several directories, the one in the first directory counts.
  const byName = new Map<string, string>();
  for (const directory of args.slice(0, 10)) {
    for (const file of image.list(directory)) {
      if (file.endsWith(suffix) && !byName.has(file)) byName.set(file, `${directory}/${file}`);
    }
  }
  return sortNames([...byName.keys()]).map((file) => byName.get(file)!);
}

function ntpIncludes(_image: Image, { name, args }: NtpDirective): readonly string[] | undefined {
  return name === "includefile" ? args.slice(0, 1).filter((path) => path.startsWith("/")) : undefined;
}
