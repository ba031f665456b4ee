import type { Image } from "../../image/image.ts";
import { type Line, readStatements } from "../lines.ts";
import { assignmentIn } from "../shellVariables.ts";

/** A configuration line that sshd receives with -o, and the file that contains it. */
export interface CommandLineOption extends Line {
  readonly path: string;
}

/** Where systemd looks for units; the first match counts, but drop-ins in all of them. */
const DIRECTORIES = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
const UNITS = ["sshd.service", "ssh.service"];
const WORDS_LIMIT = 200;

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
    const path = DIRECTORIES.map((directory) => `${directory}/${unit}`).find((one) => image.stat(one) !== undefined);
    if (path === undefined) continue;
    const dropIns = new Map<string, string>();
    for (const directory of DIRECTORIES.map((one) => `${one}/${unit}.d`))
      for (const name of image.list(directory))
        if (name.endsWith(".conf") && !dropIns.has(name)) dropIns.set(name, `${directory}/${name}`);
    const paths = [path, ...[...dropIns.keys()].sort().map((name) => dropIns.get(name)!)];
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

/** The options in a command line. `$NAME` alone expands to the variable's words; -o takes the rest of its word, or the next one. */
function optionsIn(start: CommandLineOption, variables: ReadonlyMap<string, CommandLineOption>): CommandLineOption[] {
  const words: CommandLineOption[] = [];
  for (const word of start.text.split(/\s+/)) {
    if (words.length >= WORDS_LIMIT) break;
    const variable = /^\$(?:\{(\w{1,100})\}|(\w{1,100}))$/.exec(word);
    const value = variable === null ? { ...start, text: word } : variables.get(variable[1] ?? variable[2]!);
    if (value === undefined) continue;
    const texts = variable === null ? [word] : value.text.split(/\s+/, WORDS_LIMIT);
    for (const text of texts) words.push({ ...value, text });
  }
  const options: CommandLineOption[] = [];
  for (let i = 0; i < Math.min(words.length, WORDS_LIMIT); i++) {
    const word = words[i]!;
    if (!word.text.startsWith("-o")) continue;
    const option = word.text === "-o" ? words[++i] : { ...word, text: word.text.slice(2) };
    if (option !== undefined) options.push({ ...option, text: option.text.replace(/^(["'])(.*)\1$/, "$2") });
  }
  return options;
}
