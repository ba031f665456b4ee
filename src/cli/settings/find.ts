import { closeSync, fstatSync, lstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { reasonOf } from "../../image/reason.ts";
import { strictText } from "../../image/utf8.ts";
import { CommandError, EXIT } from "../exit.ts";
import { rootOf } from "../repository.ts";
import type { SettingsFile } from "./parse.ts";

export const SETTINGS_FILE = ".cloud-init-lint.yaml";

/** The size of the largest file that is read, in bytes. */
const LARGEST = 1_000_000;

/**
 * The nearest configuration file from a directory upwards to the root of its repository; without a repository, only one in
 * the directory itself. Undefined if there is none. @throws CommandError if it cannot be read
 */
export function findSettings(directory: string): SettingsFile | undefined {
  const root = rootOf(directory) ?? directory;
  for (let here = directory; ; here = dirname(here)) {
    const path = join(here, SETTINGS_FILE);
    if (exists(path)) return readSettings(relative(directory, path), directory, "found");
    const misnamed = join(here, SETTINGS_FILE.replace(/yaml$/, "yml"));
    if (exists(misnamed))
      throw new CommandError(EXIT.usage, `${relative(directory, misnamed)} is not read; rename it to ${SETTINGS_FILE}`);
    if (here === root || dirname(here) === here) return undefined;
  }
}

/**
 * Reads a configuration file.
 * @param how whether the user named it: only then is it read if it is a pipe or a device
 * @throws CommandError if it cannot be read
 */
export function readSettings(path: string, directory: string, how: "found" | "named"): SettingsFile {
  const option = how === "named" ? `--config ${path}` : path;
  const refuse = (why: string) => new CommandError(EXIT.usage, `${option}: ${why}`);
  let bytes: Buffer;
  try {
    const file = openSync(join(directory, path), "r");
    try {
      const stat = fstatSync(file);
      if (stat.isDirectory()) throw refuse("this is a directory; name a file");
      if (!stat.isFile() && how === "found") throw refuse("not a regular file");
      bytes = readAtMost(file, LARGEST + 1);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refuse(reasonOf(error));
  }
  if (bytes.length > LARGEST) throw refuse("larger than 1 MB, which no configuration file needs");
  const text = strictText(bytes);
  if (text === undefined) throw refuse("not a text file in UTF-8");
  return { path, text, directory: dirname(path) === "." ? "" : dirname(path) };
}

function readAtMost(file: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < most) {
    const chunk = Buffer.alloc(Math.min(65_536, most - length));
    const read = readSync(file, chunk, 0, chunk.length, null);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
  return Buffer.concat(chunks);
}

/** Whether a file of this name exists; a broken link counts. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
