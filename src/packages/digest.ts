import { createHash } from "node:crypto";
import type { Image } from "../image/image.ts";
import type { ShippedFile } from "./packages.ts";

type Digest = Pick<ShippedFile, "algorithm" | "digest">;

/** Whether content has the digest, of which a database may store only the beginning. */
export function hasDigest(content: Buffer | string, { algorithm, digest }: Digest): boolean {
  return digest !== "" && createHash(algorithm).update(content).digest("hex").startsWith(digest);
}

/** Where a shipped text may still exist: under a package manager's name, and in ostree's unmodified copy of /etc. */
export function copiesOf(path: string, suffix: string): string[] {
  return [path + suffix, ...(path.startsWith("/etc/") ? [`/usr${path}`] : [])];
}

/** The first of some files in the image with the digest, which is where a shipped text still exists. */
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
