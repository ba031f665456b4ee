import type { Image } from "../image/image.ts";
import { openPackages } from "../packages/open.ts";
import { detectCloudInit } from "./cloudInit.ts";
import type { Distro } from "./distro.ts";
import { readLsbRelease, readOsRelease } from "./osRelease.ts";

/** Detects the distribution of `image`. Never throws: anything that cannot be determined is "" or undefined. */
export function detectDistro(image: Image): Distro {
  const found = readOsRelease(image);
  const release = found.size === 0 ? readLsbRelease(image) : found;
  const packages = openPackages(image);
  return {
    id: release.get("ID") ?? "",
    version: release.get("VERSION_ID") ?? "",
    codename: release.get("VERSION_CODENAME") ?? "",
    packages,
    cloudInit: detectCloudInit(image, packages),
  };
}
