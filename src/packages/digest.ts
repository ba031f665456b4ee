import { createHash } from "node:crypto";
import type { Image } from "../image/image.ts";
import type { ShippedFile } from "./packages.ts";

type Digest = Pick<ShippedFile, "algorithm" | "digest">;

/** Whether a content has the digest, of which a database may keep the beginning only. */
export function hasDigest(content: Buffer | string, { algorithm, digest }: Digest): boolean {
  return digest !== "" && createHash(algorithm).update(content).digest("hex").startsWith(digest);
}

/** The first of some files of the image that has the digest: where a shipped text still stands. */
export function pristineAmong(
  image: Image,
  candidates: readonly string[],
  shipped: Digest,
): { readonly pristinePath?: string } {
  const pristinePath = candidates.find((candidate) => {
    const content = image.read(candidate);
    return content !== undefined && hasDigest(content, shipped);
  });
  return pristinePath === undefined ? {} : { pristinePath };
}
