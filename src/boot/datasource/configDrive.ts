import type { CloudData } from "../../config/seed.ts";
import type { Image } from "../../image/image.ts";

/** The config drive's tree in the image. */
export function configDriveSeed(_image: Image): CloudData | undefined {
  return undefined;
}
