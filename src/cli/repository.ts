import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Repository, RepositoryFile } from "../report/repository.ts";
import { CommandError, EXIT } from "./exit.ts";

/** What the user says of the repository that findings are shown in. */
export interface RepositoryFlags {
  /** IMAGEPATH=REPOPATH. */
  readonly map?: readonly string[];
  /** FILE or FILE:LINE. */
  readonly anchor?: string;
}

interface Mapped {
  readonly imagePath: string;
  /** On this machine: a file, or a directory for all that is below. */
  readonly file: string;
}

/** Larger files and trees are not searched for the image's files. */
const MOST = { bytes: 1_000_000, files: 20_000 };

/** Directories that hold no files of the project itself. */
const SKIPPED = new Set([".git", "node_modules"]);

/**
 * The repository around the working directory (`directory`, where there is none). Files of images are found in it by
 * `--map`, then by their content. @throws CommandError (status 2) for a map or an anchor that names no file of it.
 */
export function openRepository(flags: RepositoryFlags, directory: string): Repository {
  const root = rootOf(directory);
  const maps = (flags.map ?? []).map((value) => parseMap(value, directory, root));
  const anchor = flags.anchor === undefined ? undefined : parseAnchor(flags.anchor, directory, root);
  let bySize: Map<number, string[]> | undefined;

  function byContent(path: string, text: string): RepositoryFile | undefined {
    if (text.trim() === "") return undefined;
    bySize ??= filesBySize(root);
    const equal = (bySize.get(Buffer.byteLength(text)) ?? []).filter((file) => readText(file) === text);
    const [best] = equal.sort((a, b) => commonEnd(b, path) - commonEnd(a, path) || (a < b ? -1 : 1));
    return best === undefined ? undefined : { path: inRoot(root, best), text };
  }

  const found = new Map<string, RepositoryFile | undefined>();
  function find(path: string, text: string | undefined): RepositoryFile | undefined {
    for (const { imagePath, file } of maps) {
      const below = path.startsWith(`${imagePath}/`) ? path.slice(imagePath.length + 1) : undefined;
      const mapped = path === imagePath ? file : below === undefined ? undefined : join(file, below);
      const content = mapped === undefined ? undefined : readText(mapped);
      if (mapped !== undefined && content !== undefined) return { path: inRoot(root, mapped), text: content };
    }
    // What the cloud hands over is named by its place on this machine.
    const own = resolve(directory, path);
    const content = isInside(root, own) ? readText(own) : undefined;
    if (content !== undefined && content === (text ?? content)) return { path: inRoot(root, own), text: content };
    return text === undefined ? undefined : byContent(path, text);
  }

  return {
    anchor,
    file: (path, text) => {
      if (!found.has(path)) found.set(path, find(path, text));
      return found.get(path);
    },
  };
}

/** Paths in the image that `--map` names, so that one that no image has can be told. */
export function mappedPaths(flags: RepositoryFlags): string[] {
  return (flags.map ?? []).map((value) => value.slice(0, value.indexOf("=")).replace(/(?<=.)\/+$/, ""));
}

function parseMap(value: string, directory: string, root: string): Mapped {
  const equals = value.indexOf("=");
  const [imagePath = "", path = ""] = equals === -1 ? [] : [value.slice(0, equals), value.slice(equals + 1)];
  if (!imagePath.startsWith("/") || path === "")
    throw new CommandError(
      EXIT.usage,
      `--map ${value}: write IMAGEPATH=REPOPATH, such as /etc/cloud/cloud.cfg.d=files`,
    );
  return { imagePath: imagePath.replace(/(?<=.)\/+$/, ""), file: ownFile(`--map ${value}`, path, directory, root) };
}

function parseAnchor(value: string, directory: string, root: string): Repository["anchor"] {
  const [, path = value, number] = /^(.*):(\d+)$/.exec(value) ?? [];
  const line = number === undefined ? 1 : Number(number);
  const file = ownFile(`--anchor ${value}`, path, directory, root);
  const text = readText(file);
  if (text === undefined) throw new CommandError(EXIT.usage, `--anchor ${value}: ${path} is no text file`);
  if (line < 1 || line > text.split("\n").length)
    throw new CommandError(EXIT.usage, `--anchor ${value}: ${path} has no line ${line}`);
  return { path: inRoot(root, file), text, line };
}

function ownFile(option: string, path: string, directory: string, root: string): string {
  const file = resolve(directory, path);
  if (!existsSync(file)) throw new CommandError(EXIT.usage, `${option}: there is no ${path}`);
  if (!isInside(root, file)) throw new CommandError(EXIT.usage, `${option}: ${path} is outside the repository ${root}`);
  return file;
}

/** The nearest directory with a .git; the directory itself where there is none. */
function rootOf(directory: string): string {
  for (let here = resolve(directory); ; here = dirname(here)) {
    if (existsSync(join(here, ".git"))) return here;
    if (dirname(here) === here) return resolve(directory);
  }
}

function isInside(root: string, file: string): boolean {
  return file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function inRoot(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}

function filesBySize(root: string): Map<number, string[]> {
  const files = new Map<number, string[]>();
  const waiting = [root];
  let count = 0;
  for (let directory = waiting.shift(); directory !== undefined && count < MOST.files; directory = waiting.shift()) {
    let entries: ReturnType<typeof list>;
    try {
      entries = list(directory);
    } catch {
      continue;
    }
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(path);
      if (!entry.isFile()) continue;
      count++;
      const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size <= MOST.bytes) files.set(size, [...(files.get(size) ?? []), path]);
    }
  }
  return files;
}

function list(directory: string) {
  return readdirSync(directory, { withFileTypes: true });
}

/** The text of a plain file; undefined for all else. */
function readText(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > MOST.bytes) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** How many characters two paths have in common at their ends. */
function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
