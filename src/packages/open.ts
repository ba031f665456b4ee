import type { Image } from "../image/image.ts";
import { openDpkg } from "./dpkg.ts";
import type { Packages } from "./packages.ts";

const NO_PACKAGES: Packages = {
  kind: "none",
  version: () => undefined,
  owner: () => undefined,
  shipped: () => undefined,
};

/** The package database of an image; kind "none" where it has none that is understood. */
export function openPackages(image: Image): Packages {
  return openDpkg(image) ?? NO_PACKAGES;
}
