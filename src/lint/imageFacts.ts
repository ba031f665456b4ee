import type { BootResult } from "../boot/boot.ts";
import type { Image } from "../image/image.ts";
import type { ImageFacts } from "./lintResult.ts";

/** The facts about an image that reports show. */
export function imageFacts(image: Image, { distro, cloud }: BootResult): ImageFacts {
  return {
    source: image.source,
    distro: { id: distro.id || null, version: distro.version || null },
    cloudInit: { version: distro.cloudInit.version || null, enabled: distro.cloudInit.disabled === undefined },
    datasource: cloud.datasource ?? null,
  };
}
