/**
 * The positions of the pages in a SQLite write-ahead log (https://sqlite.org/fileformat2.html#walformat) that are newer
 * than the database's: those of all committed transactions. Like SQLite, this reads complete frames and ignores the rest.
 */
export function readWal(wal: Buffer, pageSize: number): ReadonlyMap<number, number> {
  const pages = new Map<number, number>();
  if (wal.length < HEADER || (wal.readUInt32BE(0) | 1) >>> 0 !== MAGIC || wal.readUInt32BE(8) !== pageSize)
    return pages;
  // The lowest bit of the magic number is the byte order of the checksums.
  const littleEndian = (wal[3]! & 1) === 0;
  let sum = checksum(wal.subarray(0, 24), littleEndian, [0, 0]);
  if (!matches(wal, 24, sum)) return pages;
  let transaction = new Map<number, number>();
  for (let at = HEADER; at + FRAME + pageSize <= wal.length; at += FRAME + pageSize) {
    const page = wal.subarray(at + FRAME, at + FRAME + pageSize);
    sum = checksum(page, littleEndian, checksum(wal.subarray(at, at + 8), littleEndian, sum));
    // Frames from an earlier use of the log have another salt.
    const isCurrent = wal.compare(wal, 16, 24, at + 8, at + 16) === 0;
    if (!isCurrent || !matches(wal, at + 16, sum)) break;
    transaction.set(wal.readUInt32BE(at), at + FRAME);
    // The last frame of a transaction contains the size of the database after it.
    if (wal.readUInt32BE(at + 4) === 0) continue;
    for (const [number, newer] of transaction) pages.set(number, newer);
    transaction = new Map();
  }
  return pages;
}

const MAGIC = 0x377f0683;
const HEADER = 32;
const FRAME = 24;

type Sum = readonly [number, number];

function checksum(bytes: Buffer, littleEndian: boolean, [first, second]: Sum): Sum {
  let a = first;
  let b = second;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) + b) >>> 0;
    b = (b + (littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}

function matches(wal: Buffer, at: number, [a, b]: Sum): boolean {
  return wal.readUInt32BE(at) === a && wal.readUInt32BE(at + 4) === b;
}
