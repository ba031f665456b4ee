import { createHash, type Hash } from "node:crypto";

/** A digest as OCI writes it (image-spec, descriptor.md): the algorithm and lower-case hexadecimal digits. */
const DIGEST = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** Whether a text is a digest of a kind that can be verified. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The digest of bytes, by the algorithm of another digest. */
export function digestLike(digest: string, bytes: Buffer): string {
  const hash = hashLike(digest);
  hash.update(bytes);
  return hash.digest();
}

/** A digest of bytes that come one after another. */
export interface RunningDigest {
  update(bytes: Buffer): void;
  digest(): string;
}

/** @param like another digest, or the name of its algorithm */
export function hashLike(like: string): RunningDigest {
  const [algorithm = ""] = like.split(":", 1);
  const hash: Hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => `${algorithm}:${hash.digest("hex")}` };
}

/** A digest in a message. */
export function shortDigest(digest: string): string {
  return digest.length > 24 ? digest.slice(0, 19) : digest;
}

/** The bytes that a digest belongs to: of the file as stored, or of the archive in it, decompressed (a diff ID). */
export interface DigestRule {
  readonly of: "blob" | "content";
  readonly algorithm: string;
  /** What a file's name says of its digest. */
  readonly stated: string | undefined;
}

/** How the file of a layer is verified, by its path in the layout: a blob's name is its digest. */
export function digestRule(path: string): DigestRule {
  const [, algorithm = "sha256", hex = ""] = /^\/?(?:blobs\/(\w+)\/)?([0-9a-f]{64,128})$/.exec(path) ?? [];
  const stated = `${algorithm}:${hex}`;
  return isDigest(stated)
    ? { of: "blob", algorithm, stated }
    : { of: "content", algorithm: "sha256", stated: undefined };
}
