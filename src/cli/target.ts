import { CLOUD_CFG } from "../config/read.ts";
import { detectDistro } from "../distro/detect.ts";
import type { Distro } from "../distro/distro.ts";
import { otherFirstBoot } from "../distro/otherFirstBoot.ts";
import { type Image, ImageError, type ImageProblem } from "../image/image.ts";
import { openImage } from "../lint/openImage.ts";
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
    if (error instanceof ImageError) throw new CommandError(error.status, error.message);
    throw error;
  }
  const distro = detectDistro(image);
  if (
    distro.cloudInit.version === undefined &&
    distro.cloudInit.library === undefined &&
    image.lstat(CLOUD_CFG) === undefined
  )
    throw new CommandError(EXIT.nothing, `${source}: ${nothingToLint(image)}`);
  return { image, distro };
}

/** Why an image without cloud-init is no image for this program. */
function nothingToLint(image: Image): string {
  const none = `there is no cloud-init in it (no package, no ${CLOUD_CFG})`;
  const other = otherFirstBoot(image);
  return other === undefined ? none : `not supported: ${other}, and ${none}`;
}

/** Says what is wrong with the package database. The run's outcome stays: other evidence does without it. */
export function reportPackages(source: string, packages: Packages, io: Io): void {
  for (const { path, reason } of packages.problems ?? [])
    io.err(
      `${escapeText(source)}: warning: ${escapeText(path)}: ${escapeText(reason)}; its packages count as unknown\n`,
    );
}

/** Says what of the image could not be read. Returns whether anything could not. */
export function reportUnread(source: string, unread: readonly ImageProblem[], io: Io): boolean {
  for (const { path, reason } of unread)
    io.err(`${escapeText(source)}: ${escapeText(path)}: not read: ${escapeText(reason)}\n`);
  return unread.length > 0;
}
