import type { Image } from "../image/image.ts";
import { openPackages } from "../packages/open.ts";
import { detectCloudInit } from "./cloudInit.ts";
import type { Distro } from "./distro.ts";
import { readOsRelease } from "./osRelease.ts";

/** Tells what `image` is. Never throws: what cannot be told is "" or undefined. */
export function detectDistro(image: Image): Distro {
  const release = readOsRelease(image);
  const packages = openPackages(image);
  return {
    id: release.get("ID") ?? "",
    version: release.get("VERSION_ID") ?? "",
    codename: release.get("VERSION_CODENAME") ?? "",
    packages,
    cloudInit: detectCloudInit(image, packages),
  };
}
