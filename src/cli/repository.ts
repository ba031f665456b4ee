import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import type { Repository, RepositoryFile } from "../report/repository.ts";
import { CommandError, EXIT } from "./exit.ts";
import { type Named, optionName } from "./optionNames.ts";
import { filesBySize, readText } from "./repositoryFiles.ts";

/** The options that describe the repository in which findings are shown. */
export interface RepositoryFlags extends Named {
  /** IMAGEPATH=REPOPATH. */
  readonly map?: readonly string[];
  /** FILE or FILE:LINE. */
  readonly anchor?: string;
  /** The name of the file that standard input is. */
  readonly stdinFilename?: string;
}

/** A path in the image and the file or directory it comes from. */
export interface Mapped {
  /** The option as given. */
  readonly option: string;
  readonly imagePath: string;
  /** On this machine: a file, or a directory, which stands for everything below it. */
  readonly file: string;
  readonly isDirectory: boolean;
}

/** A repository and the user's maps into it, the most specific first. */
export interface OpenedRepository extends Repository {
  readonly maps: readonly Mapped[];
}

/**
 * Opens the repository that contains the working directory. Files of images are found in it by `--map`, then by their
 * content. Without a repository, `directory` takes its place and is not searched: only files that the user names are read.
 * @throws CommandError (status 2) for a map or an anchor that names no file in it.
 */
export function openRepository(flags: RepositoryFlags, directory: string): OpenedRepository {
  const here = realpathSync(directory);
  const found = rootOf(here);
  const root = found ?? here;
  const maps = (flags.map ?? []).map((value) => parseMap(value, optionName(flags, "map"), directory, root));
  maps.sort((a, b) => b.imagePath.length - a.imagePath.length);
  const anchor =
    flags.anchor === undefined ? undefined : parseAnchor(flags.anchor, optionName(flags, "anchor"), directory, root);
  let bySize: Map<number, string[]> | undefined;

  /** A file on this machine, with links followed; undefined if it is not text or not in the repository. */
  function own(path: string): RepositoryFile | undefined {
    const file = realPath(path);
    const text = file === undefined || !isInside(root, file) ? undefined : readText(file);
    return file === undefined || text === undefined ? undefined : { path: inRoot(root, file), text };
  }

  /** A place in the repository, whatever its content, and whether or not it exists. */
  function place(path: string): string | undefined {
    const file = resolve(directory, path);
    const above = realPath(dirname(file));
    const real = above === undefined ? undefined : join(above, basename(file));
    return real === undefined || !isInside(root, real) ? undefined : inRoot(root, real);
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
      // The file may be changed in an editor, or not yet be saved.
      const named = path === flags.stdinFilename && text !== undefined ? place(path) : undefined;
      if (named !== undefined && text !== undefined) return { path: named, text };
      for (const { imagePath, file } of maps) {
        const below = posix.relative(imagePath, path);
        const isBelow = path.startsWith("/") && !/^\.\.(?:\/|$)/.test(below);
        const mapped = isBelow ? own(join(file, below)) : undefined;
        if (mapped !== undefined) return mapped;
      }
      // Seed files are named by their path on this machine; an absolute path may belong to the image.
      const same = found === undefined && isAbsolute(path) ? undefined : own(resolve(directory, path));
      if (same !== undefined && same.text === (text ?? same.text)) return same;
      return text === undefined ? undefined : byContent(path, text);
    },
  };
}

function parseMap(value: string, name: string, directory: string, root: string): Mapped {
  const option = `${name} ${value}`;
  const equals = value.indexOf("=");
  const [imagePath = "", path = ""] = equals === -1 ? [] : [value.slice(0, equals), value.slice(equals + 1)];
  if (path !== "" && !/^\/|^$/.test(imagePath))
    throw new CommandError(EXIT.usage, `${option}: paths in the image begin with "/", such as /${imagePath}`);
  if (imagePath === "" || path === "")
    throw new CommandError(EXIT.usage, `${option}: write IMAGEPATH=REPOPATH, such as /etc/cloud/cloud.cfg.d=files`);
  const file = ownPath(option, path, directory, root);
  return {
    option,
    imagePath: posix.join("/", imagePath).replace(/(?<=.)\/$/, ""),
    file,
    isDirectory: statSync(file).isDirectory(),
  };
}

function parseAnchor(value: string, name: string, directory: string, root: string): Repository["anchor"] {
  const option = `${name} ${value}`;
  // A file name may itself end in a colon and a number.
  const isName = realPath(resolve(directory, value)) !== undefined;
  const [, path = value, number] = (isName ? null : /^(.+):(\d+)$/.exec(value)) ?? [];
  if (path === "") throw new CommandError(EXIT.usage, `${name}: missing file name`);
  const line = number === undefined ? 1 : Number(number);
  const file = ownPath(option, path, directory, root);
  const text = readText(file);
  if (text === undefined) throw new CommandError(EXIT.usage, `${option}: ${path} is not a text file of at most 1 MB`);
  const lines = text.replace(/\n$/, "").split("\n").length;
  if (line < 1 || line > lines)
    throw new CommandError(EXIT.usage, `${option}: ${path} has no line ${number}; its last line is ${lines}`);
  return { path: inRoot(root, file), text, line };
}

/** The file that a path on the command line names, with links followed, since a repository does not contain their targets. */
function ownPath(option: string, path: string, directory: string, root: string): string {
  const file = realPath(resolve(directory, path));
  if (file === undefined) throw new CommandError(EXIT.usage, `${option}: ${path} does not exist`);
  if (!isInside(root, file)) throw new CommandError(EXIT.usage, `${option}: ${path} is outside the repository ${root}`);
  return file;
}

/** The nearest directory that contains .git; undefined if there is none. */
export function rootOf(directory: string): string | undefined {
  for (let here = directory; ; here = dirname(here)) {
    if (realPath(join(here, ".git")) !== undefined) return here;
    if (dirname(here) === here) return undefined;
  }
}

export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

export function isInside(root: string, file: string): boolean {
  return file === root || file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function inRoot(root: string, file: string): string {
  return relative(root, file).split(sep).join("/");
}

/** The length of the common suffix of two paths, in characters. */
function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
