import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { Config } from "../config/config.ts";
import { CLOUD_CFG, CLOUD_CFG_D, readBaseConfig } from "../config/read.ts";
import type { Distro } from "../distro/distro.ts";
import { otherFirstBoot, ownFirstBoot } from "../distro/otherFirstBoot.ts";
import { systemOfClass, unsupportedSystem } from "../distro/unsupported.ts";
import { type Image, ImageError } from "../image/image.ts";
import { isPartial } from "./partial.ts";

/**
 * Checks that there is something to lint.
 * @throws ImageError if the system is not supported or contains no cloud-init (3), or if an unread path may hide it (4)
 */
export function checkSupported(image: Image, distro: Distro): void {
  const { source } = image;
  // Lint reads only names below /etc; listing it here reports an unreadable /etc itself.
  image.list("/etc");
  const unsupported = unsupportedReason(image, distro);
  if (unsupported !== undefined) throw new ImageError(3, `${source}: not supported: ${unsupported}`);
  if (hasCloudInit(image, distro)) return;
  const [unread, ...more] = image.problems;
  if (unread === undefined) throw new ImageError(3, `${source}: ${nothingToLint(source, image)}`);
  const others = more.length === 0 ? "" : ` (and ${more.length} more paths)`;
  const why = `no cloud-init found, but ${unread.path} was not read: ${unread.reason}${others}`;
  throw new ImageError(4, `${source}: ${why}`);
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
  const { root } = readBaseConfig(image, { version: "" });
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

/** Why there is nothing to lint in an image without cloud-init. */
function nothingToLint(source: string, image: Image): string {
  const above = rootAbove(source, image);
  if (above !== undefined) return above;
  if (image.lstat("/usr/local/etc/cloud/cloud.cfg") !== undefined && image.lstat("/etc/os-release") === undefined)
    return "not supported: its configuration is in /usr/local/etc/cloud, as on FreeBSD; only Linux images can be linted";
  const none = `no cloud-init found (no package, no ${CLOUD_CFG})`;
  const below = rootBelow(image);
  if (below !== undefined)
    return `${none}; the root directory is ${below}/ in it: pass that one, or an archive of its content`;
  const other = otherFirstBoot(image);
  return other === undefined ? none : `not supported: ${other}, and ${none}`;
}

/** Directories that users mistake for the root, and how to recognise each. */
const PARTS: readonly (readonly [directory: string, isThis: (image: Image) => boolean])[] = [
  ["etc/cloud", (image) => image.list("/").some((name) => name === "cloud.cfg" || name === "cloud.cfg.d")],
  ["etc", (image) => image.list("/cloud").some((name) => /^(cloud\.cfg(\.d)?|cloud-init\.disabled)$/.test(name))],
  ["etc/cloud/cloud.cfg.d", (image) => image.list("/").some((name) => /^\d+[\w.-]*\.cfg$/.test(name))],
];

/** How many directories are looked into for a root. */
const MOST_BELOW = 100;

/** A directory that is the root of a system, in a directory or an archive that has none; undefined if there is none. */
function rootBelow(image: Image): string | undefined {
  if (image.lstat("/etc") !== undefined) return undefined;
  const names = image.list("/").slice(0, MOST_BELOW);
  return names.find((name) => image.lstat(`/${name}${CLOUD_CFG}`) !== undefined);
}

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
