import type { Piece } from "../tar/sparse.ts";
import { checkInside, type Disk, DiskError } from "./disk.ts";

/** A disk of pieces that are stored one after the other in `stored`, with zeros between them. @throws {DiskError} */
export function piecesDisk(stored: Disk, pieces: readonly Piece[], size: number): Disk {
  /** Where each piece begins in the disk and in what is stored. */
  const starts = Float64Array.from(pieces, ({ offset }) => offset);
  const places = new Float64Array(pieces.length);
  let total = 0;
  for (const [index, { offset, length }] of pieces.entries()) {
    places[index] = total;
    total += length;
    if (offset + length > size || total > stored.size)
      throw new DiskError("it is damaged: its map does not fit its data");
  }
  const lengths = Float64Array.from(pieces, ({ length }) => length);

  /** The first piece that ends behind an offset. */
  function pieceAt(offset: number): number {
    let low = 0;
    for (let high = starts.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (starts[middle]! + lengths[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const result = Buffer.alloc(length);
      for (let index = pieceAt(offset); index < starts.length && starts[index]! < offset + length; index++) {
        const start = Math.max(starts[index]!, offset);
        const end = Math.min(starts[index]! + lengths[index]!, offset + length);
        stored.read(places[index]! + start - starts[index]!, end - start).copy(result, start - offset);
      }
      return result;
    },
  };
}
