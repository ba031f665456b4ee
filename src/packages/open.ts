import type { Image } from "../image/image.ts";
import { openApk } from "./apk.ts";
import { openDpkg } from "./dpkg.ts";
import type { Packages } from "./packages.ts";
import { openPacman } from "./pacman.ts";
import { openPortage } from "./portage.ts";
import { openRpm } from "./rpm.ts";

const NO_PACKAGES: Packages = {
  kind: "none",
  version: () => undefined,
  owner: () => undefined,
  shipped: () => undefined,
};

/** The package database of an image; kind "none" if there is none that is supported. */
export function openPackages(image: Image): Packages {
  return openDpkg(image) ?? openRpm(image) ?? openApk(image) ?? openPacman(image) ?? openPortage(image) ?? NO_PACKAGES;
}
