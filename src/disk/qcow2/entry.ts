import { DiskError } from "../disk.ts";
import type { Header } from "./header.ts";

/** Where a cluster is: nowhere, at an offset in the file, or compressed at one. `bitmap` is that of the cluster's parts. */
export type Entry =
  | { readonly kind: "zeros" }
  | { readonly kind: "data"; readonly offset: number; readonly bitmap: Buffer | undefined }
  | { readonly kind: "compressed"; readonly offset: number; readonly length: number };

const ZEROS: Entry = { kind: "zeros" };

/** An entry of a second table: 8 bytes, or 16 with a bitmap. @throws {DiskError} if it is damaged */
export function entryOf(bytes: Buffer, { version, clusterBits, hasSubclusters }: Header): Entry {
  const high = bytes.readUInt32BE(0);
  const low = bytes.readUInt32BE(4);
  if (high & 0x40000000) return compressedEntry(high, low, clusterBits);
  if (!hasSubclusters && low & 1) {
    if (version === 2) throw new DiskError("it is damaged: version 2 has no clusters of zeros");
    return ZEROS;
  }
  const offset = (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
  if (!Number.isSafeInteger(offset)) throw new DiskError("it is damaged: an offset in it is far too large");
  if (offset % 2 ** clusterBits !== 0) throw new DiskError("it is damaged: a cluster does not begin at its place");
  const bitmap = hasSubclusters ? bytes.subarray(8, 16) : undefined;
  if (offset === 0 && (bitmap === undefined || bitmap.readUInt32BE(4) === 0)) return ZEROS;
  return { kind: "data", offset, bitmap };
}

/** Below the two flags: the number of further sectors of 512 bytes in `clusterBits - 8` bits, then the offset. */
function compressedEntry(high: number, low: number, clusterBits: number): Entry {
  const offsetBits = 62 - (clusterBits - 8) - 32;
  const offset = (high & (2 ** offsetBits - 1)) * 2 ** 32 + low;
  const sectors = ((high & 0x3fffffff) >>> offsetBits) + 1;
  if (!Number.isSafeInteger(offset)) throw new DiskError("it is damaged: an offset in it is far too large");
  return { kind: "compressed", offset, length: sectors * 512 - (offset % 512) };
}
