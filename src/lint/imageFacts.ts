import type { BootResult } from "../boot/boot.ts";
import { packageVersion } from "../distro/cloudInit.ts";
import type { Image } from "../image/image.ts";
import type { ImageFacts } from "./lintResult.ts";

/** The facts about an image that reports show. */
export function imageFacts(image: Image, { distro, cloud }: BootResult): ImageFacts {
  const { cloudInit } = distro;
  return {
    source: image.source,
    distro: { id: distro.id || null, version: distro.version || null },
    cloudInit: {
      version: cloudInit.version || null,
      enabled: cloudInit.disabled === undefined,
      package: packageVersion(image, distro) ?? null,
    },
    datasource: cloud.datasource ?? null,
    ...(image.directory === undefined ? { isReadOnly: true } : {}),
  };
}
