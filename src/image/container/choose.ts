import { ImageError } from "../image.ts";
import { shortDigest } from "./digest.ts";
import type { ContainerImage, Contents } from "./manifests.ts";
import { fits, hostPlatform, type Platform, parsePlatform, platformText } from "./platform.ts";

/** What the user asks for. */
export interface Choice {
  readonly root?: number;
  readonly platform?: string;
}

/** The number of images that a message lists. */
const LISTED = 20;

/**
 * The image that the user asks for: for a platform, or for that of this machine, and of several by its number.
 * @param name of the source, as messages call it
 * @throws {ImageError} status 2 if there are several, 3 if there is none, 4 if its manifest is missing
 */
export function chooseImage(name: string, { images, missing, others }: Contents, choice: Choice): ContainerImage {
  if (images.length === 0) {
    const [digest] = missing;
    if (digest !== undefined) throw new ImageError(4, `${name}: the manifest ${shortDigest(digest)} is missing`);
    throw new ImageError(
      3,
      `${name} contains no container image${others[0] === undefined ? "" : `, but ${others[0]}`}`,
    );
  }
  const fitting = ofPlatform(name, images, choice.platform);
  const { root } = choice;
  const list = fitting.map((image, index) => `${index + 1} ${imageText(image)}`);
  const listed = list.slice(0, LISTED).join(", ") + (list.length > LISTED ? ` and ${list.length - LISTED} more` : "");
  if (root !== undefined) {
    const chosen = fitting[root - 1];
    if (chosen !== undefined) return chosen;
    throw new ImageError(
      2,
      `--root ${root}: ${name} contains ${fitting.length === 1 ? "one image" : `the images ${listed}`}`,
    );
  }
  if (fitting.length > 1)
    throw new ImageError(2, `${name} contains ${fitting.length} images; choose one with --root NUMBER: ${listed}`);
  return fitting[0]!;
}

function ofPlatform(name: string, images: readonly ContainerImage[], asked: string | undefined): ContainerImage[] {
  const isFor = (platform: Platform) => (image: ContainerImage) =>
    image.platform !== undefined && fits(image.platform, platform);
  const platforms = [...new Set(images.map(platformOf))];
  if (asked === undefined) {
    if (platforms.length === 1) return [...images];
    const fitting = images.filter(isFor(hostPlatform()));
    if (fitting.length > 0) return fitting;
    throw new ImageError(2, `${name} is for several platforms; choose one with --platform: ${platforms.join(", ")}`);
  }
  const platform = parsePlatform(asked);
  if (platform === undefined)
    throw new ImageError(2, `--platform ${asked || '""'}: not a platform; an example is linux/arm64`);
  const fitting = images.filter(isFor(platform));
  if (fitting.length > 0) return fitting;
  throw new ImageError(2, `${name} is not for the platform ${asked} (available: ${platforms.join(", ")})`);
}

function platformOf({ platform }: ContainerImage): string {
  return platform === undefined ? "an unknown platform" : platformText(platform);
}

function imageText(image: ContainerImage): string {
  const [first = shortDigest(image.id), ...others] = image.names;
  return `${first}${others.length > 0 ? ` (and ${others.length} more tags)` : ""} (${platformOf(image)})`;
}
