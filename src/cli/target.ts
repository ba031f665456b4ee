import { readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { Config } from "../config/config.ts";
import { CLOUD_CFG, CLOUD_CFG_D, readBaseConfig } from "../config/read.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { detectDistro } from "../distro/detect.ts";
import type { Distro } from "../distro/distro.ts";
import { otherFirstBoot, ownFirstBoot } from "../distro/otherFirstBoot.ts";
import { systemOfClass, unsupportedSystem } from "../distro/unsupported.ts";
import { type Image, ImageError, type ImageProblem } from "../image/image.ts";
import { reasonOf } from "../image/reason.ts";
import { formatOf, isArchive, readHead } from "../image/sniff.ts";
import { pathsLeftOut } from "../lint/leftOut.ts";
import { openImage } from "../lint/openImage.ts";
import { isPartial } from "../lint/partial.ts";
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

/** Opens an image that the user named. @throws CommandError if it is not an image or contains no cloud-init. */
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
      throw new CommandError(EXIT.nothing, `${source} is a text file, not an image; pass user-data with --user-data`);
    throw new CommandError(error.status, error.message);
  }
  const distro = detectDistro(image);
  // Lint reads only names below /etc; listing it here reports an unreadable /etc itself.
  image.list("/etc");
  const unsupported = unsupportedReason(image, distro);
  if (unsupported !== undefined) throw new CommandError(EXIT.nothing, `${source}: not supported: ${unsupported}`);
  if (!hasCloudInit(image, distro)) {
    const [unread, ...more] = image.problems;
    if (unread === undefined) throw new CommandError(EXIT.nothing, `${source}: ${nothingToLint(source, image)}`);
    const others = more.length === 0 ? "" : ` (and ${more.length} more paths)`;
    const why = `no cloud-init found, but ${unread.path} was not read: ${unread.reason}${others}`;
    throw new CommandError(EXIT.incomplete, `${source}: ${why}`);
  }
  return { image, distro };
}

/** Why an image cannot be linted even though it may contain configuration; undefined if it can. */
function unsupportedReason(image: Image, { id, cloudInit, packages }: Distro): string | undefined {
  const system =
    unsupportedSystem(image, packages) ??
    (id === "" && packages.kind === "none" ? systemOfClass(configuredClass(image)) : undefined);
  if (system !== undefined) return `this is ${system}; only Linux images can be linted`;
  const isThere = cloudInit.version !== undefined || cloudInit.library !== undefined;
  const own = isThere || image.lstat(CLOUD_CFG) === undefined ? undefined : ownFirstBoot(image);
  return own === undefined ? undefined : `${own}, not cloud-init`;
}

/** The distro class that the image's files select; "" if they name none. */
function configuredClass(image: Image): string {
  const { root } = readBaseConfig(image, "");
  const name = new Config(root).node("system_info", "distro");
  return name?.type === "scalar" ? String(name.value) : "";
}

/** Whether the image contains cloud-init or, if it is only part of a system, any file that configures it. */
function hasCloudInit(image: Image, distro: Distro): boolean {
  const { version, library } = distro.cloudInit;
  if (version !== undefined || library !== undefined || image.lstat(CLOUD_CFG) !== undefined) return true;
  return (
    isPartial(image, distro) &&
    (image.list(CLOUD_CFG_D).some((name) => name.endsWith(".cfg")) || distro.cloudInit.disabled !== undefined)
  );
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
    if (head.includes(0) && formatOf(head) !== "gzip")
      throw new CommandError(EXIT.nothing, `${source} is neither a supported image nor a text file`);
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

/** Why there is nothing to lint in an image without cloud-init. */
function nothingToLint(source: string, image: Image): string {
  const above = rootAbove(source, image);
  if (above !== undefined) return above;
  if (image.lstat("/usr/local/etc/cloud/cloud.cfg") !== undefined && image.lstat("/etc/os-release") === undefined)
    return "not supported: its configuration is in /usr/local/etc/cloud, as on FreeBSD; only Linux images can be linted";
  const none = `no cloud-init found (no package, no ${CLOUD_CFG})`;
  if (["/manifest.json", "/oci-layout"].some((path) => image.lstat(path)?.kind === "file"))
    return `${none}: this looks like a container image; pipe in the output of docker export instead`;
  const other = otherFirstBoot(image);
  return other === undefined ? none : `not supported: ${other}, and ${none}`;
}

/** Directories that users mistake for the root, and how to recognise each. */
const PARTS: readonly (readonly [directory: string, isThis: (image: Image) => boolean])[] = [
  ["etc/cloud", (image) => image.list("/").some((name) => name === "cloud.cfg" || name === "cloud.cfg.d")],
  ["etc", (image) => image.list("/cloud").some((name) => /^(cloud\.cfg(\.d)?|cloud-init\.disabled)$/.test(name))],
  ["etc/cloud/cloud.cfg.d", (image) => image.list("/").some((name) => /^\d+[\w.-]*\.cfg$/.test(name))],
];

/** What to pass instead of a directory below the root; undefined if the given one may be the root. */
function rootAbove(source: string, image: Image): string | undefined {
  if (image.lstat("/etc") !== undefined) return undefined;
  const [part] = PARTS.find(([, isThis]) => isThis(image)) ?? [];
  if (part === undefined) return undefined;
  const looks = `this looks like /${part} itself, not the root directory that contains it`;
  const path = resolve(source);
  if (source === "-" || !path.endsWith(`/${part}`) || !statSync(source).isDirectory())
    return `${looks}: put it in ${part}/ below another directory and pass that directory`;
  const root = path.slice(0, -part.length - 1) || "/";
  return `${looks}: pass ${relative(process.cwd(), root) || "."}`;
}

/** Reports why no finding about the boot is certain. */
export function reportCaveats(source: string, caveats: readonly string[], io: Io): void {
  for (const caveat of caveats) io.err(`${escapeText(source)}: warning: ${escapeText(caveat)}\n`);
}

/** Reports what is wrong with the package database. The exit status stays the same: other evidence does not need it. */
export function reportPackages(source: string, packages: Packages, io: Io): void {
  for (const { path, reason } of packages.problems ?? [])
    io.err(
      `${escapeText(source)}: warning: ${escapeText(path)}: ${escapeText(reason)}; treating its packages as unknown\n`,
    );
}

/** How many of the paths that an archive leaves out are named. */
const NAMED = 10;

/**
 * Reports paths that configuration or a link names and that are missing from an archive of part of a machine. If whole
 * parts of the system are missing, another warning has said so already.
 */
export function reportLeftOut(source: string, { image, distro }: Target, io: Io): void {
  const paths = isPartial(image, distro) ? [] : pathsLeftOut(image);
  const warn = (text: string) => io.err(`${escapeText(source)}: warning: ${escapeText(text)}\n`);
  for (const path of paths.slice(0, NAMED))
    warn(`${path}: not in the archive, treated as missing; if it exists on the machine, add it to the archive`);
  if (paths.length > NAMED) warn(`${paths.length - NAMED} more paths are not in the archive`);
}

/** Reports which parts of the image could not be read. Returns whether there are any. */
export function reportUnread(source: string, unread: readonly ImageProblem[], io: Io): boolean {
  for (const { path, reason } of unread)
    io.err(`${escapeText(source)}: ${escapeText(path)} was not read: ${escapeText(reason)}\n`);
  return unread.length > 0;
}
