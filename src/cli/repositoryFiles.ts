import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { trackedFiles } from "./gitIndex.ts";

/** The size of the largest file that is read, in bytes. */
const LARGEST = 1_000_000;
const LARGEST_INDEX = 100_000_000;

/** The number of files to look at in a tree without a git index. */
const MOST_FILES = 20_000;

/** Directories that contain no files of the project itself. */
const SKIPPED = new Set([".git", "node_modules"]);

/**
 * The files of a repository by size. These are the files that git tracks, since GitHub shows no others and build output
 * in the working tree (such as the image's root) is not part of the project; all files if git tracks none yet.
 */
export function filesBySize(root: string): Map<number, string[]> {
  const files = new Map<number, string[]>();
  for (const path of tracked(root) ?? filesBelow(root)) {
    const stat = attempt(() => lstatSync(path));
    if (stat?.isFile() !== true || stat.size > LARGEST) continue;
    const equal = files.get(stat.size);
    if (equal === undefined) files.set(stat.size, [path]);
    else equal.push(path);
  }
  return files;
}

/** The text of a regular file; undefined for anything else. */
export function readText(path: string): string | undefined {
  return attempt(() => {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > LARGEST) return undefined;
    const text = readFileSync(path, "utf8");
    return text.includes("\0") ? undefined : text;
  });
}

function tracked(root: string): string[] | undefined {
  const files = attempt(() => {
    const index = join(gitDirectory(root), "index");
    return statSync(index).size > LARGEST_INDEX ? undefined : trackedFiles(readFileSync(index));
  });
  return files === undefined || files.length === 0 ? undefined : files.map((path) => join(root, path));
}

/** The git directory. In a worktree or a submodule, .git is a file that names it. */
function gitDirectory(root: string): string {
  const git = join(root, ".git");
  const link = readText(git);
  return link === undefined ? git : resolve(root, link.replace(/^gitdir:\s*/, "").trimEnd());
}

function* filesBelow(root: string): Generator<string> {
  const waiting = [root];
  let count = 0;
  for (let directory = waiting.shift(); directory !== undefined; directory = waiting.shift())
    for (const entry of attempt(() => readdirSync(directory as string, { withFileTypes: true })) ?? []) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(path);
      if (!entry.isFile()) continue;
      if (++count > MOST_FILES) return;
      yield path;
    }
}

/** Undefined if the file does not exist or cannot be read. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
