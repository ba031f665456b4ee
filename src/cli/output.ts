import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { reasonOf } from "../image/reason.ts";
import { nearest } from "../lint/nearest.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { regularFile, writeReportFile } from "./reportFile.ts";

/** A report that the user asked for: its format and the file it goes to, standard output where undefined. */
export interface Output {
  readonly format: string;
  readonly file: string | undefined;
}

/** Reads `-f FORMAT[=FILE]`. @throws CommandError for an unknown format, naming the nearest one. */
export function parseOutput(value: string, formats: readonly string[]): Output {
  const [format = "", ...rest] = value.split("=");
  if (!formats.includes(format))
    throw new CommandError(EXIT.usage, `unknown format "${format}"${didYouMean(format, formats)}`);
  const file = rest.join("=");
  if (rest.length > 0 && file === "")
    throw new CommandError(EXIT.usage, `-f ${value}: a file name is missing after "="`);
  return { format, file: rest.length === 0 ? undefined : file };
}

/** `(did you mean "X"?)`, whatever the case of its letters; all that can be meant where nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestInAnyCase(word, known);
  return near === undefined ? ` (available: ${known.join(", ")})` : ` (did you mean "${near}"?)`;
}

/** The known word that is near, as it is written, whatever the case of its letters. */
export function nearestInAnyCase(word: string, known: readonly string[]): string | undefined {
  const byLowerCase = new Map(known.map((name) => [name.toLowerCase(), name]));
  const near = nearest(word.toLowerCase(), [...byLowerCase.keys()]);
  return near === undefined ? undefined : byLowerCase.get(near);
}

/**
 * Refuses files for reports before anything is read: a directory, a file in no directory, one of the inputs, the same
 * file for two reports. @throws CommandError
 */
export function checkOutputs(outputs: readonly Output[], inputs: readonly (string | undefined)[]): void {
  const read = new Set(inputs.flatMap((input) => (input === undefined ? [] : (placeOf(input) ?? []))));
  const written = new Set<string>();
  for (const { format, file } of outputs) {
    if (file === undefined) continue;
    const refuse = (why: string) => new CommandError(EXIT.usage, `-f ${format}=${file}: ${why}`);
    const directory = file.endsWith("/") ? file : dirname(resolve(file));
    if (!isDirectory(directory)) throw refuse(`there is no directory ${directory}`);
    if (file.endsWith("/") || isDirectory(file)) throw refuse("it is a directory; name a file in it");
    const place = placeOf(file);
    if (place === undefined) continue;
    if (read.has(place)) throw refuse("this file is an input of the same run");
    if (written.has(place)) throw refuse("another report goes to this file");
    written.add(place);
  }
}

/** Whether a directory has this name; false as well where that cannot be told. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The regular file behind a name; undefined where there is none, or it cannot be told. */
function placeOf(path: string): string | undefined {
  try {
    return regularFile(path);
  } catch {
    return undefined;
  }
}

/** Writes a report where it is to go. @throws CommandError when the file cannot be written. */
export async function writeOutput(io: Io, output: Output, text: string): Promise<void> {
  if (output.file === undefined) return io.out(text);
  try {
    await writeReportFile(output.file, text);
  } catch (error) {
    throw new CommandError(EXIT.usage, `${output.file}: cannot be written: ${reasonOf(error)}`);
  }
}
