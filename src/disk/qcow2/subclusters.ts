import { type Disk, DiskError } from "../disk.ts";

/** The parts of a cluster, each with a bit for "has data" and one for "is zeros" (extended L2 entries). */
const PARTS = 32;

/** A range of a cluster whose parts are separately data or zeros. `bitmap`: 32 bits for zeros, 32 for data, big endian. */
export function subclusters(
  file: Disk,
  offset: number,
  bitmap: Buffer,
  { clusterSize, start, length }: { readonly clusterSize: number; readonly start: number; readonly length: number },
): Buffer | undefined {
  const zeros = bitmap.readUInt32BE(0);
  const data = bitmap.readUInt32BE(4);
  if (zeros & data) throw new DiskError("it is damaged: a part of a cluster is data and zeros at once");
  if (data === 0) return undefined;
  if (offset === 0) throw new DiskError("it is damaged: a part of a cluster is data, but the cluster is nowhere");
  const size = clusterSize / PARTS;
  const result = Buffer.alloc(length);
  for (let at = start; at < start + length; ) {
    const part = Math.floor(at / size);
    const end = Math.min((part + 1) * size, start + length);
    if ((data >>> part) & 1) file.read(offset + at, end - at).copy(result, at - start);
    at = end;
  }
  return result;
}
