import { readFileSync, statSync } from "node:fs";
import { CLOUD_CFG } from "../config/read.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { detectDistro } from "../distro/detect.ts";
import type { Distro } from "../distro/distro.ts";
import { otherFirstBoot } from "../distro/otherFirstBoot.ts";
import { type Image, ImageError, type ImageProblem } from "../image/image.ts";
import { reasonOf } from "../image/reason.ts";
import { formatOf, isArchive, readHead } from "../image/sniff.ts";
import { pathsLeftOut } from "../lint/leftOut.ts";
import { openImage } from "../lint/openImage.ts";
import { LARGEST_FILE } from "../lint/userData/lintFile.ts";
import type { Packages } from "../packages/packages.ts";
import { escapeText } from "../report/escape.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";

/** An opened image and what it is. */
export interface Target {
  readonly image: Image;
  readonly distro: Distro;
}

/** Opens an image that the user named. @throws CommandError when it is none or holds no cloud-init. */
export async function openTarget(source: string): Promise<Target> {
  let image: Image;
  try {
    image = await openImage(source);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (isPipe(source))
      throw new CommandError(
        EXIT.usage,
        `${source} is a pipe; redirect it to standard input: cloud-init-lint - < ${source}`,
      );
    if (error.status === EXIT.nothing && openLooseFile(source) !== undefined)
      throw new CommandError(EXIT.nothing, `${source} is a text file, not an image; name user-data with --user-data`);
    throw new CommandError(error.status, error.message);
  }
  const distro = detectDistro(image);
  // An error is told of /etc as a whole, though a lint asks for names in it alone.
  image.list("/etc");
  if (
    distro.cloudInit.version === undefined &&
    distro.cloudInit.library === undefined &&
    image.lstat(CLOUD_CFG) === undefined
  ) {
    const [unread, ...more] = image.problems;
    if (unread === undefined) throw new CommandError(EXIT.nothing, `${source}: ${nothingToLint(image)}`);
    const others = more.length === 0 ? "" : ` (and ${more.length} more such paths)`;
    const why = `no cloud-init found, but ${unread.path} was not read: ${unread.reason}${others}`;
    throw new CommandError(EXIT.incomplete, `${source}: ${why}`);
  }
  return { image, distro };
}

/** Whether the name is that of a pipe, such as a shell's <(command). */
function isPipe(source: string): boolean {
  try {
    return statSync(source).isFIFO();
  } catch {
    return false;
  }
}

/**
 * A file that is no image: what a launch hands over, linted on its own; undefined for all else.
 * @throws CommandError when it cannot be read.
 */
export function openLooseFile(source: string): SeedFile | undefined {
  if (source === "-") return undefined;
  try {
    const stat = statSync(source, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const head = readHead(source);
    // An empty file may be what is left of an image.
    if (head.length === 0 || isArchive(head)) return undefined;
    if (head.includes(0) && formatOf(head) !== "gzip")
      throw new CommandError(EXIT.nothing, `${source} is neither a supported image nor a text file`);
    if (stat.size > LARGEST_FILE)
      throw new CommandError(
        EXIT.incomplete,
        `${source} is not an image, and at more than 5 MB too large for user-data`,
      );
    return { path: source, bytes: readFileSync(source) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // Opened as an image, a name that leads to nothing is told as such.
    if (["ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new CommandError(EXIT.incomplete, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

/** Why an image without cloud-init is no image for this program. */
function nothingToLint(image: Image): string {
  const none = `there is no cloud-init in it (no package, no ${CLOUD_CFG})`;
  if (["/manifest.json", "/oci-layout"].some((path) => image.lstat(path)?.kind === "file"))
    return `${none}: it looks like a container image; pipe in what docker export prints of a container`;
  const other = otherFirstBoot(image);
  return other === undefined ? none : `not supported: ${other}, and ${none}`;
}

/** Says what is wrong with the package database. The run's outcome stays: other evidence does without it. */
export function reportPackages(source: string, packages: Packages, io: Io): void {
  for (const { path, reason } of packages.problems ?? [])
    io.err(
      `${escapeText(source)}: warning: ${escapeText(path)}: ${escapeText(reason)}; treating its packages as unknown\n`,
    );
}

/** So many paths that an archive leaves out are named. */
const NAMED = 10;

/** Says what only configuration or a link names, and an archive of part of a machine does not hold. */
export function reportLeftOut(source: string, image: Image, io: Io): void {
  const paths = pathsLeftOut(image);
  const warn = (text: string) => io.err(`${escapeText(source)}: warning: ${escapeText(text)}\n`);
  for (const path of paths.slice(0, NAMED))
    warn(`${path}: not in the archive, treated as missing; if the machine has it, pack it too`);
  if (paths.length > NAMED) warn(`${paths.length - NAMED} more such paths`);
}

/** Says what of the image could not be read. Returns whether anything could not. */
export function reportUnread(source: string, unread: readonly ImageProblem[], io: Io): boolean {
  for (const { path, reason } of unread)
    io.err(`${escapeText(source)}: ${escapeText(path)}: not read: ${escapeText(reason)}\n`);
  return unread.length > 0;
}
