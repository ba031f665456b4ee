import { expandGlob } from "../../image/glob.ts";
import type { Image } from "../../image/image.ts";
import { CannotTell } from "../../python/errors.ts";
import { normalizePath } from "../../python/paths.ts";
import { OPAQUE, type ShellCommand, shellCommands } from "./commands.ts";

/** The maximum depth of scripts in scripts. */
const DEEPEST = 5;
/** Directories whose files do not survive the boot. */
const VOLATILE = /^\/(dev|proc|run|sys|tmp|var\/run)(\/|$)/;

/** Words that precede a command: the shell's keywords, and programs that run another one. */
const PREFIXES = new Set(
  "! { } case command do doas elif else env eval exec fi if ionice nice nohup setsid sudo then time until while".split(
    " ",
  ),
);
/** Programs that run another one; the number of operands before its name, such as FREQUENCY and NAME of cloud-init-per. */
const RUNNERS: ReadonlyMap<string, number> = new Map([
  ["cloud-init-per", 2],
  ["timeout", 1],
]);
const SHELLS = new Set(["ash", "bash", "dash", "ksh", "sh", "zsh"]);
/** Programs that change every file among their arguments; `first` is the number of words before the files. */
const CHANGERS: Readonly<Record<string, number>> = {
  chattr: 1,
  chgrp: 1,
  chmod: 1,
  chown: 1,
  mkdir: 0,
  rm: 0,
  rmdir: 0,
  setfacl: 0,
  shred: 0,
  tee: 0,
  touch: 0,
  truncate: 0,
  unlink: 0,
};
/** Programs that write to their last argument. */
const COPIERS = new Set(["cp", "install", "ln", "mv", "rsync"]);
/** Options that name the file that is written. */
const OUTPUT_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  curl: ["-o", "--output"],
  gpg: ["-o", "--output"],
  openssl: ["-out"],
  sort: ["-o", "--output"],
  "ssh-keygen": ["-f"],
  wget: ["-O", "--output-document"],
};

/** The files of the image that a shell script literally writes, changes or removes; sorted. */
export function writtenPaths(image: Image, script: string): string[] {
  const found = new Set<string>();
  for (const command of shellCommands(script)) addCommand(image, command, found, 0);
  return [...found].sort();
}

/** The same for a command in separate words. */
export function writtenByCommand(image: Image, words: readonly string[]): string[] {
  const found = new Set<string>();
  addCommand(image, { words, outputs: [] }, found, 0, false);
  return [...found].sort();
}

function addCommand(image: Image, command: ShellCommand, found: Set<string>, depth: number, patterns = true): void {
  const add = (word: string) => {
    if (!isPath(word)) return;
    const pattern = patterns && /[*?[]/.test(word);
    for (const path of pattern ? expanded(image, word) : [word]) found.add(normalizePath(path));
  };
  for (const output of command.outputs) add(output);
  const words = withoutPrefixes(command.words);
  const program = (words[0] ?? "").slice((words[0] ?? "").lastIndexOf("/") + 1);
  const rest = words.slice(1);
  if (SHELLS.has(program)) {
    const script = rest[rest.findIndex((word) => /^-\w*c$/.test(word)) + 1];
    if (script !== undefined && rest.some((word) => /^-\w*c$/.test(word)) && depth < DEEPEST)
      for (const inner of shellCommands(script)) addCommand(image, inner, found, depth + 1);
  } else for (const target of targets(image, program, rest)) add(target);
}

/**
 * The words of each program that a script runs, without what precedes a program, and with the scripts of `sh -c` resolved.
 */
export function programsIn(commands: readonly Pick<ShellCommand, "words">[], depth = 0): (readonly string[])[] {
  return commands.flatMap(({ words: all }) => {
    const words = withoutPrefixes(all);
    const isShell = SHELLS.has((words[0] ?? "").replace(/^.*\//, ""));
    const option = isShell ? words.findIndex((word) => /^-\w*c$/.test(word)) : -1;
    const script = option === -1 ? undefined : words[option + 1];
    if (script === undefined || depth >= DEEPEST) return words.length === 0 ? [] : [words];
    return programsIn(shellCommands(script), depth + 1);
  });
}

/** `FOO=1 sudo -E env BAR=2 tee x` is `tee x`. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  let at = 0;
  let prefixed = false;
  let operands = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    const runs = RUNNERS.get(word.slice(word.lastIndexOf("/") + 1));
    if (operands > 0 && !word.startsWith("-")) operands--;
    else if (runs !== undefined) {
      prefixed = true;
      operands = runs;
    } else if (PREFIXES.has(word)) prefixed = true;
    else if (!/^\w+=/.test(word) && !(prefixed && word.startsWith("-"))) break;
  }
  return words.slice(at);
}

function targets(image: Image, program: string, words: readonly string[]): readonly string[] {
  const operands = words.filter((word) => !/^-./.test(word));
  const skipped = Object.hasOwn(CHANGERS, program) ? CHANGERS[program] : undefined;
  if (skipped !== undefined) return operands.slice(words.some((word) => word.startsWith("--reference")) ? 0 : skipped);
  if (COPIERS.has(program)) return copied(image, program, words, operands);
  if (program === "sed" || program === "perl") return editedInPlace(program, words, operands);
  if (program === "dd") return words.flatMap((word) => (word.startsWith("of=") ? [word.slice(3)] : []));
  if (!Object.hasOwn(OUTPUT_OPTIONS, program)) return [];
  return words.flatMap((word, index) => (OUTPUT_OPTIONS[program]!.includes(word) ? (words[index + 1] ?? []) : []));
}

/** If the target is a directory, files keep the sources' names; moved files also change. */
function copied(
  image: Image,
  program: string,
  words: readonly string[],
  operands: readonly string[],
): readonly string[] {
  if (program === "install" && words.some((word) => /^-\w*d$|^--directory$/.test(word))) return operands;
  const option = words.findIndex((word) => word === "-t" || word === "--target-directory");
  const directory =
    option === -1 ? words.find((word) => word.startsWith("--target-directory="))?.slice(19) : words[option + 1];
  const target = directory ?? operands.at(-1);
  const sources = operands.filter((word) => word !== target);
  if (target === undefined || sources.length === 0) return [];
  const into = directory !== undefined || target.endsWith("/") || image.stat(target)?.kind === "directory";
  const bare = (path: string) => path.replace(/(?<!\/)\/+$/, "");
  const name = (path: string) => bare(path).slice(bare(path).lastIndexOf("/") + 1);
  const written = into ? sources.map((source) => `${bare(target)}/${name(source)}`) : [target];
  return program === "mv" ? [...written, ...sources] : written;
}

/** The files of `sed -i` and `perl -pi`: all operands but the script, unless an option gives that. */
function editedInPlace(program: string, words: readonly string[], operands: readonly string[]): readonly string[] {
  const inPlace = program === "sed" ? /^(-[nErsz]*i|--in-place)/ : /^-\w*i/;
  if (!words.some((word) => inPlace.test(word))) return [];
  const scripts = new Set(
    words.flatMap((word, index) => (/^(-\w*[ef]|--expression|--file)$/.test(word) ? (words[index + 1] ?? []) : [])),
  );
  const given = scripts.size > 0 || words.some((word) => /^--(expression|file)=/.test(word));
  const files = operands.filter((word) => !scripts.has(word));
  return given ? files : files.slice(1);
}

/** The maximum number of paths to compare with the patterns of a boot's scripts; beyond it their effects are unknown. */
const MOST_LOOKS = 200_000;

const looked = new WeakMap<Image, number>();

function expanded(image: Image, pattern: string): readonly string[] {
  const before = looked.get(image) ?? 0;
  if (before >= MOST_LOOKS) return [];
  let looks = before;
  const count = (paths: number): void => {
    looks += paths;
    looked.set(image, looks);
    if (looks >= MOST_LOOKS) throw new CannotTell("the commands contain too many paths");
  };
  try {
    return expandGlob(image, pattern, count);
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    return [];
  }
}

function isPath(word: string): boolean {
  return (
    word.startsWith("/") && !word.includes(OPAQUE) && normalizePath(word) !== "/" && !VOLATILE.test(normalizePath(word))
  );
}
