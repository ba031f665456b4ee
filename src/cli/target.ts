import { existsSync, readFileSync, statSync } from "node:fs";
import type { SeedFile } from "../config/userData/parts.ts";
import { closeWaiting } from "../disk/file.ts";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import type { Distro } from "../distro/distro.ts";
import { type Image, ImageError, type ImageProblem } from "../image/image.ts";
import type { OpenOptions } from "../image/open.ts";
import { reasonOf } from "../image/reason.ts";
import { formatOf, isArchive, readHead, SNIFFED } from "../image/sniff.ts";
import { pathsLeftOut } from "../lint/leftOut.ts";
import { LARGEST_FILE } from "../lint/lintFile.ts";
import { type OpenedImage, openImage } from "../lint/openImage.ts";
import { isPartial } from "../lint/partial.ts";
import type { Packages } from "../packages/packages.ts";
import { escapeText } from "../report/escape.ts";
import { CommandError, EXIT } from "./exit.ts";
import { nameOfId } from "./imageList.ts";
import type { Io } from "./io.ts";

/** An opened image and what it is. */
export interface Target {
  readonly image: Image;
  readonly distro: Distro;
}

/**
 * Opens an image that the user named.
 * @throws CommandError if it is not an image, contains no cloud-init, or is not what an option applies to
 */
export async function openTarget(source: string, options: OpenOptions = {}): Promise<Target> {
  const target = await openAny(source, options);
  if (options.platform === undefined || target.image.isContainer === true) return target;
  target.image.close?.();
  throw new CommandError(EXIT.usage, `--platform ${options.platform}: ${shownName(source)} is not a container image`);
}

/** What `use` makes of an image that the user named, which is closed afterwards. @throws CommandError as `openTarget` */
export async function withTarget<T>(
  source: string,
  options: OpenOptions,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const target = await openTarget(source, options);
  try {
    return await use(target);
  } finally {
    target.image.close?.();
  }
}

/**
 * Opens an image that belongs to those that the options were meant for: `root` and `platform` apply only if it has several.
 * @throws CommandError as `openTarget`
 */
export async function openRelated(source: string, { root, ...others }: OpenOptions): Promise<Target> {
  try {
    return await openAny(source, others);
  } catch (error) {
    const isChoice =
      error instanceof CommandError && error.status === EXIT.usage && root !== undefined && source !== "-";
    if (!isChoice) throw error;
    return await openAny(source, { ...others, root });
  }
}

async function openAny(source: string, options: OpenOptions): Promise<Target> {
  let image: OpenedImage;
  try {
    image = await openImage(source, options);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (isPipe(source))
      throw new CommandError(
        EXIT.usage,
        `${source} is a pipe; redirect it to standard input: cloud-init-lint - < ${source}`,
      );
    if (error.status === EXIT.nothing && openLooseFile(source) !== undefined)
      throw new CommandError(EXIT.nothing, `${source} is a text file, not an image; pass user-data with --user-data`);
    const ofId = error.status === EXIT.nothing && !existsSync(source) ? nameOfId(source) : undefined;
    throw new CommandError(
      error.status,
      ofId === undefined ? error.message : `${error.message}; to lint it by its id, write ${ofId}`,
    );
  }
  return { image, distro: image.distro };
}

/** Whether the name refers to a pipe, such as a shell's <(command). */
function isPipe(source: string): boolean {
  try {
    return statSync(source).isFIFO();
  } catch {
    return false;
  }
}

/**
 * A file that is not an image and is linted on its own, such as user-data; undefined for anything else.
 * @throws CommandError if it cannot be read.
 */
export function openLooseFile(source: string): SeedFile | undefined {
  if (source === "-") return undefined;
  try {
    const stat = statSync(source, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const head = readHead(source);
    // An empty file may be the remains of an image.
    if (head.length === 0 || isArchive(head)) return undefined;
    // Opening it as an image says what it is.
    if (head.includes(0) && formatOf(head) !== "gzip") return undefined;
    closeWaiting();
    if (stat.size > LARGEST_FILE)
      throw new CommandError(
        EXIT.incomplete,
        `${source} is not an image, and with more than 5 MB it is too large for user-data`,
      );
    return { path: source, bytes: readFileSync(source) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // Opening it as an image reports it as missing.
    if (["ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new CommandError(EXIT.incomplete, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

/** Standard input as a file on its own. @param name the name that the file goes by @throws CommandError if it is none */
export async function openStandardInput(name: string): Promise<SeedFile> {
  if (process.stdin.isTTY) throw new CommandError(EXIT.usage, `standard input is a terminal; pipe in ${name}`);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LARGEST_FILE) break;
    }
  } catch (error) {
    throw new CommandError(EXIT.incomplete, `standard input cannot be read: ${reasonOf(error)}`);
  }
  const bytes = Buffer.concat(chunks);
  const head = bytes.subarray(0, SNIFFED);
  if (head.length === 0) throw new CommandError(EXIT.nothing, `${name}: standard input is empty`);
  if (isArchive(head) || (head.includes(0) && formatOf(head) !== "gzip"))
    throw new CommandError(
      EXIT.usage,
      `--stdin-filename ${name}: standard input is not a text file; without the option, it is linted as an image`,
    );
  if (bytes.length > LARGEST_FILE)
    throw new CommandError(EXIT.incomplete, `${name}: with more than 5 MB it is too large for user-data`);
  return { path: name, bytes };
}

/** An image's name in messages, without the credentials of a URL. */
function nameOf(source: string): string {
  return escapeText(shownName(source));
}

/** Where messages for people go. */
type Log = Pick<Io, "err">;

/** Reports why no finding about the boot is certain. */
export function reportCaveats(source: string, caveats: readonly string[], io: Log): void {
  for (const caveat of caveats) io.err(`${nameOf(source)}: warning: ${escapeText(caveat)}\n`);
}

/** Reports what is wrong with the package database. The exit status stays the same: other evidence does not need it. */
export function reportPackages(source: string, packages: Packages, io: Log): void {
  for (const { path, reason } of packages.problems ?? [])
    io.err(
      `${nameOf(source)}: warning: ${escapeText(path)}: ${escapeText(reason)}; treating its packages as unknown\n`,
    );
}

/** How many of the paths that an archive leaves out are named. */
const NAMED = 10;

/**
 * Reports paths that configuration or a link names and that are missing from an archive of part of a machine. If whole
 * parts of the system are missing, another warning has said so already.
 */
export function reportLeftOut(source: string, { image, distro }: Target, io: Log): void {
  const paths = isPartial(image, distro) ? [] : pathsLeftOut(image);
  const warn = (text: string) => io.err(`${nameOf(source)}: warning: ${escapeText(text)}\n`);
  for (const path of paths.slice(0, NAMED))
    warn(`${path}: not in the archive, treated as missing; if it exists on the machine, add it to the archive`);
  if (paths.length > NAMED) warn(`${paths.length - NAMED} more paths are not in the archive`);
}

/** Reports which parts of the image could not be read. Returns whether there are any. */
export function reportUnread(source: string, unread: readonly ImageProblem[], io: Log): boolean {
  for (const { path, reason } of unread)
    io.err(`${nameOf(source)}: ${escapeText(path)} was not read: ${escapeText(reason)}\n`);
  return unread.length > 0;
}
