import type { BootResult } from "../boot/boot.ts";
import type { CloudData } from "../config/seed.ts";
import type { Image } from "../image/image.ts";
import type { FileTexts } from "./lintResult.ts";

/** The text of a file of an image, or of its launch, before and after a boot. Not masked. */
export function textsOfBoot({ cloud, before, after }: BootResult, path: string): FileTexts {
  // Data of an earlier launch, whose secrets have any form.
  if (path.startsWith("/var/lib/cloud/instances/")) return { before: undefined, after: undefined };
  const handed = handedOver(cloud, path);
  return { before: handed ?? text(before, path), after: handed ?? text(after, path) };
}

function text(image: Image, path: string): string | undefined {
  return image.read(path)?.toString("utf8");
}

/** The text of a file of the launch, which may be on this machine instead of in the image. */
function handedOver({ userData, vendorData, vendorData2 }: CloudData, path: string): string | undefined {
  const files = [userData, vendorData, vendorData2];
  return files.find((file) => file?.path === path && file.excerpt === undefined)?.bytes.toString("utf8");
}
