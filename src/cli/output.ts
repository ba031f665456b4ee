import { lstatSync, rmSync, writeFileSync } from "node:fs";
import { nearest } from "../lint/nearest.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";

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

/** `(did you mean X?)`, or all that can be meant where nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? ` (there are: ${known.join(", ")})` : ` (did you mean "${near}"?)`;
}

/** Writes a report where it is to go. @throws CommandError when the file cannot be written. */
export function writeOutput(io: Io, output: Output, text: string): void {
  if (output.file === undefined) io.out(text);
  else
    try {
      writeFileSync(output.file, text);
    } catch (error) {
      // Half a report would pass for a whole one.
      if ((error as NodeJS.ErrnoException).syscall === "write" && lstatSync(output.file).isFile()) rmSync(output.file);
      throw new CommandError(EXIT.usage, `${output.file}: cannot be written: ${(error as Error).message}`);
    }
}
