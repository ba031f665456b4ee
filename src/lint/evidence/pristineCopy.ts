import type { Image } from "../../image/image.ts";

/** Where a system keeps the unmodified copy of a file in /etc; undefined if it keeps none. The file need not exist. */
export function pristineCopy({ pristineEtc }: Image, path: string): string | undefined {
  return pristineEtc !== undefined && path.startsWith("/etc/") ? pristineEtc + path.slice("/etc".length) : undefined;
}
