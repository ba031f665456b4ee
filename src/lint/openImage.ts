import { detectDistro } from "../distro/detect.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import { type OpenOptions, openImage as open } from "../image/open.ts";
import { tellingLeftOut } from "./leftOut.ts";
import { mayBeRead, NEEDS } from "./needs.ts";
import { checkSupported } from "./supported.ts";

/** An image, and what it is. */
export type OpenedImage = Image & { readonly distro: Distro };

/**
 * Opens an image for a lint, a plan or its configuration: a directory that contains a root filesystem, a tar archive of
 * one (compressed or not), or "-" for such an archive on standard input.
 * @throws {ImageError} if it is not an image, cannot be read, is of an unsupported system, or contains no cloud-init
 */
export async function openImage(source: string, options: OpenOptions = {}): Promise<OpenedImage> {
  const opened = await open(source, mayBeRead, options);
  try {
    await opened.remote?.readAhead(NEEDS);
    const image = opened.isArchive ? tellingLeftOut(opened) : opened;
    const distro = detectDistro(image);
    checkSupported(image, distro);
    return Object.assign(image, { distro });
  } catch (error) {
    opened.close?.();
    throw error;
  }
}
