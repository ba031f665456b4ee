import { checkInside, type Disk } from "../../../disk/disk.ts";

/** A disk with other content in some of its blocks. */
export function overlaidDisk(disk: Disk, blockSize: number, blocks: ReadonlyMap<number, () => Buffer>): Disk {
  if (blocks.size === 0) return disk;
  return {
    size: disk.size,
    read(offset, length) {
      checkInside(this, offset, length);
      const end = offset + length;
      const pieces: Buffer[] = [];
      /** Up to where the pieces go. */
      let done = offset;
      for (let block = Math.floor(offset / blockSize); block * blockSize < end; block++) {
        const content = blocks.get(block);
        if (content === undefined) continue;
        const start = block * blockSize;
        if (start > done) pieces.push(disk.read(done, start - done));
        done = Math.min(end, start + blockSize);
        pieces.push(content().subarray(Math.max(0, offset - start), done - start));
      }
      if (pieces.length === 0) return disk.read(offset, length);
      if (done < end) pieces.push(disk.read(done, end - done));
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    },
  };
}
