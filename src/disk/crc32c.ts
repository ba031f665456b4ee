/** Eight tables of 256 words, so that eight bytes are taken at a time (Kounavis and Berry, "slicing by 8"). */
const TABLES = makeTables();

/**
 * The checksum CRC-32C (Castagnoli) that ext4, XFS, btrfs and VHDX use, as an unsigned number. `previous` is the checksum of
 * what goes before these bytes. Linux counts without the inversions at both ends: its `crc32c(seed, bytes)` is
 * `~crc32c(bytes, ~seed)` here.
 */
export function crc32c(bytes: Buffer, previous = 0): number {
  const [one, two, three, four, five, six, seven, eight] = TABLES;
  let crc = ~previous;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      eight[crc & 0xff]! ^
      seven[(crc >>> 8) & 0xff]! ^
      six[(crc >>> 16) & 0xff]! ^
      five[crc >>> 24]! ^
      four[bytes[at + 4]!]! ^
      three[bytes[at + 5]!]! ^
      two[bytes[at + 6]!]! ^
      one[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = one[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Eight<T> = [T, T, T, T, T, T, T, T];

function makeTables(): Eight<Int32Array> {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256)) as Eight<Int32Array>;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    tables[0][byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++)
    for (let table = 1; table < 8; table++) {
      const before = tables[table - 1]![byte]!;
      tables[table]![byte] = tables[0][before & 0xff]! ^ (before >>> 8);
    }
  return tables;
}
