import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { trackedFiles } from "./gitIndex.ts";

/** Larger files are not read, in bytes. */
const LARGEST = 1_000_000;
const LARGEST_INDEX = 100_000_000;

/** Where git has no index so many files of a tree are looked at. */
const MOST_FILES = 20_000;

/** Directories that hold no files of the project itself. */
const SKIPPED = new Set([".git", "node_modules"]);

/**
 * The files of a repository by their size: what git tracks, since GitHub shows nothing else and what a build leaves in the
 * working tree (the image's own root, say) is not the project's; all files where git tracks none yet.
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

/** The text of a regular file; undefined for all else. */
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

/** Of a worktree or a submodule .git is a file that names the directory. */
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

/** Undefined where there is no such file, or it may not be read. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
