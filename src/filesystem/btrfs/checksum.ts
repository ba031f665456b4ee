import { createHash } from "node:crypto";
import { crc32c } from "../../disk/crc32c.ts";
import { xxhash64 } from "../../disk/xxhash64.ts";

/** How blocks are checked. */
export interface Checksum {
  readonly name: string;
  /** In bytes, where many are stored one after the other. */
  readonly size: number;
  /** Whether `stored` begins with the checksum of `bytes`; undefined where it cannot be computed. */
  readonly matches: ((bytes: Buffer, stored: Buffer) => boolean) | undefined;
}

/** By their numbers (enum btrfs_csum_type). Node has no BLAKE2b of 256 bits. */
export const CHECKSUMS: readonly Checksum[] = [
  { name: "crc32c", size: 4, matches: (bytes, stored) => crc32c(bytes) === stored.readUInt32LE(0) },
  { name: "xxhash64", size: 8, matches: (bytes, stored) => xxhash64(bytes).equals(stored.subarray(0, 8)) },
  {
    name: "sha256",
    size: 32,
    matches: (bytes, stored) => createHash("sha256").update(bytes).digest().equals(stored.subarray(0, 32)),
  },
  { name: "blake2b", size: 32, matches: undefined },
];
