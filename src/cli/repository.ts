import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import type { Repository, RepositoryFile } from "../report/repository.ts";
import { CommandError, EXIT } from "./exit.ts";
import { filesBySize, readText } from "./repositoryFiles.ts";

/** What the user says of the repository that findings are shown in. */
export interface RepositoryFlags {
  /** IMAGEPATH=REPOPATH. */
  readonly map?: readonly string[];
  /** FILE or FILE:LINE. */
  readonly anchor?: string;
}

/** A path of the image and what it comes from. */
export interface Mapped {
  /** The option as it was written. */
  readonly option: string;
  readonly imagePath: string;
  /** On this machine: a file, or a directory for all that is below. */
  readonly file: string;
  readonly isDirectory: boolean;
}

/** A repository, and the maps into it that the user named, the most specific first. */
export interface OpenedRepository extends Repository {
  readonly maps: readonly Mapped[];
}

/**
 * The repository around the working directory. Files of images are found in it by `--map`, then by their content. Where
 * there is none, `directory` stands for it, and nothing is searched: only what the user names is read.
 * @throws CommandError (status 2) for a map or an anchor that names no file of it.
 */
export function openRepository(flags: RepositoryFlags, directory: string): OpenedRepository {
  const here = realpathSync(directory);
  const found = rootOf(here);
  const root = found ?? here;
  const maps = (flags.map ?? []).map((value) => parseMap(value, directory, root));
  maps.sort((a, b) => b.imagePath.length - a.imagePath.length);
  const anchor = flags.anchor === undefined ? undefined : parseAnchor(flags.anchor, directory, root);
  let bySize: Map<number, string[]> | undefined;

  /** A file of this machine, links followed; undefined where it is no text or not in the repository. */
  function own(path: string): RepositoryFile | undefined {
    const file = realPath(path);
    const text = file === undefined || !isInside(root, file) ? undefined : readText(file);
    return file === undefined || text === undefined ? undefined : { path: inRoot(root, file), text };
  }

  function byContent(path: string, text: string): RepositoryFile | undefined {
    if (found === undefined || text.trim() === "") return undefined;
    bySize ??= filesBySize(root);
    const equal = (bySize.get(Buffer.byteLength(text)) ?? []).filter((file) => readText(file) === text);
    const [best] = equal.sort((a, b) => commonEnd(b, path) - commonEnd(a, path) || (a < b ? -1 : 1));
    return best === undefined ? undefined : { path: inRoot(root, best), text };
  }

  return {
    maps,
    anchor,
    file: (path, text) => {
      for (const { imagePath, file } of maps) {
        const below = posix.relative(imagePath, path);
        const isBelow = path.startsWith("/") && !/^\.\.(?:\/|$)/.test(below);
        const mapped = isBelow ? own(join(file, below)) : undefined;
        if (mapped !== undefined) return mapped;
      }
      // What the cloud hands over is named by its place on this machine; an absolute path may be one of the image.
      const same = found === undefined && isAbsolute(path) ? undefined : own(resolve(directory, path));
      if (same !== undefined && same.text === (text ?? same.text)) return same;
      return text === undefined ? undefined : byContent(path, text);
    },
  };
}

function parseMap(value: string, directory: string, root: string): Mapped {
  const option = `--map ${value}`;
  const equals = value.indexOf("=");
  const [imagePath = "", path = ""] = equals === -1 ? [] : [value.slice(0, equals), value.slice(equals + 1)];
  if (!imagePath.startsWith("/") || path === "")
    throw new CommandError(EXIT.usage, `${option}: write IMAGEPATH=REPOPATH, such as /etc/cloud/cloud.cfg.d=files`);
  const file = ownPath(option, path, directory, root);
  return {
    option,
    imagePath: posix.join("/", imagePath).replace(/(?<=.)\/$/, ""),
    file,
    isDirectory: statSync(file).isDirectory(),
  };
}

function parseAnchor(value: string, directory: string, root: string): Repository["anchor"] {
  const option = `--anchor ${value}`;
  // A file's own name may end in a number.
  const isName = realPath(resolve(directory, value)) !== undefined;
  const [, path = value, number] = (isName ? null : /^(.+):(\d+)$/.exec(value)) ?? [];
  if (path === "") throw new CommandError(EXIT.usage, "--anchor: the name of a file is missing");
  const line = number === undefined ? 1 : Number(number);
  const file = ownPath(option, path, directory, root);
  const text = readText(file);
  if (text === undefined) throw new CommandError(EXIT.usage, `${option}: ${path} is not a text file of at most 1 MB`);
  const lines = text.replace(/\n$/, "").split("\n").length;
  if (line < 1 || line > lines)
    throw new CommandError(EXIT.usage, `${option}: ${path} has no line ${number}, only ${lines}`);
  return { path: inRoot(root, file), text, line };
}

/** What a path of the command line means, links followed, since a repository does not hold what is behind them. */
function ownPath(option: string, path: string, directory: string, root: string): string {
  const file = realPath(resolve(directory, path));
  if (file === undefined) throw new CommandError(EXIT.usage, `${option}: ${path} does not exist`);
  if (!isInside(root, file)) throw new CommandError(EXIT.usage, `${option}: ${path} is outside the repository ${root}`);
  return file;
}

/** The nearest directory with a .git; undefined where there is none. */
function rootOf(directory: string): string | undefined {
  for (let here = directory; ; here = dirname(here)) {
    if (realPath(join(here, ".git")) !== undefined) return here;
    if (dirname(here) === here) return undefined;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isInside(root: string, file: string): boolean {
  return file === root || file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function inRoot(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}

/** How many characters two paths have in common at their ends. */
function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
