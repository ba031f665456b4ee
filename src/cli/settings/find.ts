import { closeSync, lstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { reasonOf } from "../../image/reason.ts";
import { strictText } from "../../image/utf8.ts";
import { CommandError, EXIT } from "../exit.ts";
import { isInside, realPath, rootOf } from "../repository.ts";
import { SETTINGS_FILE } from "./options.ts";
import type { SettingsFile } from "./parse.ts";

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
    if (exists(path)) return readFound(path, directory, root);
    const misnamed = join(here, SETTINGS_FILE.replace(/yaml$/, "yml"));
    if (exists(misnamed))
      throw new CommandError(EXIT.usage, `${relative(directory, misnamed)} is not read; rename it to ${SETTINGS_FILE}`);
    if (here === root || dirname(here) === here) return undefined;
  }
}

/** Reads a file that the user did not name. @throws CommandError if it is not a file of the repository */
function readFound(path: string, directory: string, root: string): SettingsFile {
  const name = relative(directory, path);
  const target = realPath(path);
  if (target !== undefined && !isInside(root, target))
    throw new CommandError(
      EXIT.usage,
      `${name}: this link leads out of ${root}; to use its target, pass --config ${name}`,
    );
  return readSettings(name, directory, "found");
}

/**
 * Reads a configuration file.
 * @param how whether the user named it: only then is it read if it is a pipe or a device
 * @throws CommandError if it cannot be read
 */
export function readSettings(path: string, directory: string, how: "found" | "named"): SettingsFile {
  const option = how === "named" ? `--config ${path}` : path;
  const refuse = (why: string) => new CommandError(EXIT.usage, `${option}: ${why}`);
  const full = resolve(directory, path);
  let bytes: Buffer;
  try {
    const stat = statSync(full);
    if (stat.isDirectory()) throw refuse("this is a directory, not a file");
    if (!stat.isFile() && how === "found") throw refuse("not a regular file");
    bytes = readAtMost(full, LARGEST + 1);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refuse(reasonOf(error));
  }
  if (bytes.length > LARGEST) throw refuse("larger than 1 MB, which no configuration file needs");
  const text = strictText(bytes);
  if (text === undefined) throw refuse("not a text file in UTF-8");
  return { path, text, directory: relative(directory, dirname(full)) };
}

/** The first bytes of a file, of a pipe too, whose size is unknown. */
function readAtMost(path: string, most: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read)
      read = readSync(file, bytes, length, most - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** Whether a file of this name exists; a broken link counts. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
