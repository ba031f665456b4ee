import { shellWords } from "../../distro/shellWords.ts";
import { dropInsOf, UNIT_DIRECTORIES, unitPath } from "../../distro/units.ts";
import type { Image } from "../../image/image.ts";
import { type Line, readStatements } from "../lines.ts";
import { assignmentIn } from "../shellVariables.ts";

/** A configuration line that sshd receives with -o, and the file that contains it. */
export interface CommandLineOption extends Line {
  readonly path: string;
}

const UNITS = ["sshd.service", "ssh.service"];
const WORDS_LIMIT = 200;

/** What is read outside /etc for the settings of sshd: its unit, the vendor's configuration, crypto policies. */
export const SSHD_NEEDS: readonly string[] = [
  ...UNIT_DIRECTORIES.filter((directory) => !directory.startsWith("/etc/")).map((directory) => directory.slice(1)),
  "usr/etc",
  "usr/share/crypto-policies",
];

/**
 * The options that sshd's unit passes with -o, which override any file: RHEL 8 passes its crypto policy this way, from
 * /etc/crypto-policies/back-ends/opensshserver.config, and OPTIONS from /etc/sysconfig/sshd.
 */
export function commandLineOptions(image: Image): CommandLineOption[] {
  const lines = unitLines(image);
  const variables = new Map<string, CommandLineOption>();
  let start: CommandLineOption | undefined;
  for (const line of lines) {
    const [, key, value = ""] = /^(EnvironmentFile|ExecStart)\s{0,9}=\s{0,9}(.*)$/.exec(line.text) ?? [];
    if (key === "ExecStart") start = value === "" ? undefined : { ...line, text: value };
    else if (key === "EnvironmentFile") readVariables(image, value.replace(/^-/, ""), variables);
  }
  return start === undefined ? [] : optionsIn(start, variables);
}

/** The unit's lines, followed by those of its drop-ins. */
function unitLines(image: Image): CommandLineOption[] {
  for (const unit of UNITS) {
    const path = unitPath(image, unit);
    if (path === undefined || image.stat(path) === undefined) continue;
    const paths = [path, ...dropInsOf(image, unit)];
    return paths.flatMap((file) => readStatements(image, file, "#;").map((line) => ({ ...line, path: file })));
  }
  return [];
}

function readVariables(image: Image, path: string, variables: Map<string, CommandLineOption>): void {
  for (const line of readStatements(image, path, "#;")) {
    const assignment = assignmentIn(line);
    if (assignment !== undefined) variables.set(assignment.name, { text: assignment.value, number: line.number, path });
  }
}

/** The words of a command line or of a part of one, variables as they are named. */
function wordsOf(text: string): string[] {
  return shellWords(text, (name) => `$${name}`).slice(0, WORDS_LIMIT);
}

/** The options in a command line. `$NAME` alone expands to the variable's words; -o takes the rest of its word, or the next one. */
function optionsIn(start: CommandLineOption, variables: ReadonlyMap<string, CommandLineOption>): CommandLineOption[] {
  const words: CommandLineOption[] = [];
  for (const word of wordsOf(start.text)) {
    if (words.length >= WORDS_LIMIT) break;
    const name = /^\$(\w{1,100})$/.exec(word)?.[1];
    const value = name === undefined ? { ...start, text: word } : variables.get(name);
    if (value === undefined) continue;
    for (const text of name === undefined ? [word] : wordsOf(value.text)) words.push({ ...value, text });
  }
  const options: CommandLineOption[] = [];
  for (let i = 0; i < Math.min(words.length, WORDS_LIMIT); i++) {
    const word = words[i]!;
    if (!word.text.startsWith("-o")) continue;
    const option = word.text === "-o" ? words[++i] : { ...word, text: word.text.slice(2) };
    if (option !== undefined) options.push(option);
  }
  return options;
}
