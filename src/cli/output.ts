import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { reasonOf } from "../image/reason.ts";
import { nearest } from "../lint/nearest.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { regularFile, writeReportFile } from "./reportFile.ts";

/** A report that the user asked for: its format and its file; standard output if undefined. */
export interface Output {
  readonly format: string;
  readonly file: string | undefined;
  /** How messages name it: "-f json=x". */
  readonly option: string;
}

/** Reads FORMAT[=FILE]. @param option how messages name it @throws CommandError for an unknown format, naming the nearest one. */
export function parseOutput(value: string, formats: readonly string[], option = `-f ${value}`): Output {
  const [format = "", ...rest] = value.split("=");
  if (!formats.includes(format))
    throw new CommandError(EXIT.usage, `unknown format "${format}"${didYouMean(format, formats)}`);
  const file = rest.join("=");
  if (rest.length > 0 && file === "") throw new CommandError(EXIT.usage, `${option}: a file name is missing after "="`);
  return { format, file: rest.length === 0 ? undefined : file, option };
}

/** ` (did you mean "X"?)`, ignoring case; if no known word is near, ` (available: ...)` with all of them. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestInAnyCase(word, known);
  return near === undefined ? ` (available: ${known.join(", ")})` : ` (did you mean "${near}"?)`;
}

/** The nearest known word as it is spelled, ignoring case; undefined if none is near. */
export function nearestInAnyCase(word: string, known: readonly string[]): string | undefined {
  const byLowerCase = new Map(known.map((name) => [name.toLowerCase(), name]));
  const near = nearest(word.toLowerCase(), [...byLowerCase.keys()]);
  return near === undefined ? undefined : byLowerCase.get(near);
}

/**
 * Checks the report files before anything is read: none may be a directory, lie in a missing directory, be an input or
 * receive two reports. @throws CommandError
 */
export function checkOutputs(outputs: readonly Output[], inputs: readonly (string | undefined)[]): void {
  const read = new Set(inputs.flatMap((input) => (input === undefined ? [] : (placeOf(input) ?? []))));
  const written = new Set<string>();
  for (const { file, option } of outputs) {
    if (file === undefined) continue;
    const refuse = (why: string) => new CommandError(EXIT.usage, `${option}: ${why}`);
    const directory = file.endsWith("/") ? file : dirname(resolve(file));
    if (!isDirectory(directory)) throw refuse(`directory ${directory} does not exist`);
    if (file.endsWith("/") || isDirectory(file)) throw refuse("this is a directory; name a file in it");
    const place = placeOf(file);
    if (place === undefined) continue;
    if (read.has(place)) throw refuse("this file is an input of the same run; name another one");
    if (written.has(place)) throw refuse("another report is written to this file; name another one");
    written.add(place);
  }
}

/** Whether a directory of this name exists; false if that cannot be determined. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The regular file behind a name; undefined if there is none or that cannot be determined. */
function placeOf(path: string): string | undefined {
  try {
    return regularFile(path);
  } catch {
    return undefined;
  }
}

/** Writes a report to its file or standard output. @throws CommandError if the file cannot be written. */
export async function writeOutput(io: Io, output: Output, text: string): Promise<void> {
  if (output.file === undefined) return io.out(text);
  try {
    await writeReportFile(output.file, text);
  } catch (error) {
    throw new CommandError(EXIT.usage, `${output.file}: cannot be written: ${reasonOf(error)}`);
  }
}
