import type { Image } from "../image/image.ts";
import { apk } from "./apk.ts";
import { dpkg } from "./dpkg.ts";
import type { PackageReader, Packages } from "./packages.ts";
import { pacman } from "./pacman.ts";
import { portage } from "./portage.ts";
import { rpm } from "./rpm.ts";

/** Every package database that is understood; of several in one image the first counts. */
export const packageReaders: readonly PackageReader[] = [dpkg, rpm, apk, pacman, portage];

const NO_PACKAGES: Packages = {
  kind: "none",
  version: () => undefined,
  owner: () => undefined,
  shipped: () => undefined,
};

/** The package database of an image; kind "none" if there is none that is supported. */
export function openPackages(image: Image): Packages {
  for (const reader of packageReaders) {
    const packages = reader.open(image);
    if (packages !== undefined) return packages;
  }
  return NO_PACKAGES;
}
