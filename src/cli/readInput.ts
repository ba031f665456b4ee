import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isatty } from "node:tty";
import { reasonOf } from "../image/reason.ts";
import { strictText } from "../image/utf8.ts";
import { locateJson } from "../python/json.ts";
import { CommandError, EXIT } from "./exit.ts";

/** How messages name an input file. */
export function inputName(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** How many bytes are read at a time. */
const CHUNK = 64 * 1024;

/** The bytes of a file that the user named, `-` for standard input. @throws CommandError if it cannot be read or is too large. */
export function readInput(file: string, largest: number): Buffer {
  const name = inputName(file);
  if (file === "-" && isatty(0)) throw new CommandError(EXIT.usage, "standard input is a terminal; pipe in a file");
  const tooLarge = new CommandError(EXIT.usage, `${name}: larger than ${largest / 1_000_000} MB`);
  let descriptor = 0;
  try {
    if (file !== "-") descriptor = openSync(file, "r");
    if (fstatSync(descriptor).size > largest) throw tooLarge;
    // A pipe has no size, and need not end.
    const chunks: Buffer[] = [];
    for (let size = 0; size <= largest; ) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      size += length;
    }
    throw tooLarge;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.usage, `${name} cannot be read: ${reasonOf(error)}`);
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

/** The text of an input; undefined if it is none. PowerShell writes UTF-16, and a byte order mark before UTF-8. */
export function textOf(bytes: Buffer): string | undefined {
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString("utf16le") : strictText(bytes);
  return text?.includes("\0") ? undefined : text?.replace(/^\ufeff/, "");
}

/** Why a text that JSON.parse() refuses is not JSON, and where: its own messages differ between versions of Node. */
export function whyNotJson(text: string): string {
  const problem = locateJson(text);
  return "reason" in problem
    ? `${problem.reason} (line ${problem.line}, column ${problem.column})`
    : "a number in it is not finite";
}
