/**
 * Returns the regular files that a repository's index (gitformat-index, versions 2 to 4) tracks, relative to its root.
 * Undefined for bytes that are not an index, and for an index that does not hold all entries itself (a split index).
 */
export function trackedFiles(index: Buffer): string[] | undefined {
  return filesOf(index, SHA1) ?? filesOf(index, SHA256);
}

/** Length of an object name, in bytes. */
const SHA1 = 20;
const SHA256 = 32;

/** Offsets of an entry's fields: the mode, and the object name, which follows the sizes and times. */
const MODE = 24;
const OBJECT = 40;

const LONG_NAME = 0xfff;
const EXTENDED = 0x4000;

function filesOf(index: Buffer, hash: number): string[] | undefined {
  if (index.length < 12 + hash || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const files: string[] = [];
  const end = index.length - hash;
  let name = Buffer.alloc(0);
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    const start = at;
    at += OBJECT + hash + 2;
    if (at + 2 > end) return undefined;
    const flags = index.readUInt16BE(at - 2);
    if ((flags & EXTENDED) !== 0) at += 2;
    let shared = 0;
    if (version === 4) {
      // The number of bytes to drop from the previous name: seven bits per byte, all but the last byte with the high bit set.
      let dropped = 0;
      for (let more = true; more && at < end; at++) {
        const byte = index.readUInt8(at);
        dropped = dropped * 128 + (byte & 127);
        more = byte > 127;
        if (more) dropped++;
      }
      shared = name.length - dropped;
      if (shared < 0) return undefined;
    }
    const zero = index.indexOf(0, at);
    if (zero === -1 || zero > end) return undefined;
    name = Buffer.concat([name.subarray(0, shared), index.subarray(at, zero)]);
    if (Math.min(name.length, LONG_NAME) !== (flags & LONG_NAME)) return undefined;
    at = version === 4 ? zero + 1 : start + Math.ceil((zero + 1 - start) / 8) * 8;
    if (index.readUInt32BE(start + MODE) >> 12 === 0o10) files.push(name.toString());
  }
  return isSplit(index, at, end) ? undefined : files;
}

/** Whether another file holds the remaining entries: the extension "link" says so. */
function isSplit(index: Buffer, first: number, end: number): boolean {
  for (let at = first; at + 8 <= end; at += 8 + index.readUInt32BE(at + 4))
    if (index.toString("latin1", at, at + 4) === "link") return true;
  return false;
}
