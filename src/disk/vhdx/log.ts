import { crc32c } from "../crc32c.ts";
import { checkInside, type Disk, DiskError } from "../disk.ts";
import { u64le } from "../number.ts";

/** Where a log is and whose entries count. */
interface Log {
  readonly id: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** Entries, descriptors' room and data are in sectors of this size ([MS-VHDX] 2.3). */
const SECTOR = 4096;
const HEADER = 64;
const DESCRIPTOR = 32;

/** The largest log that is replayed. Those of Hyper-V and QEMU have 1 MiB. */
const LARGEST = 16 * 2 ** 20;

/** An entry whose checksums and sequence numbers fit. */
interface Entry {
  readonly bytes: Buffer;
  readonly sequence: bigint;
  /** Where the first entry of its sequence begins, and where this one does, in the log. */
  readonly tail: number;
  readonly at: number;
}

/** A change that a log makes to a file: these bytes at an offset; undefined stands for zeros. */
interface Change {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Buffer | undefined;
}

/**
 * A file with the changes of its log, which the machine that wrote it had no time to make: those of the newest sequence of
 * entries that is complete. The file itself is not changed.
 * @throws {DiskError} if there is none
 */
export function replayed(file: Disk, log: Log): Disk {
  if (log.length === 0 || log.length % SECTOR !== 0 || log.length > LARGEST)
    throw new DiskError(`it is damaged: its log has ${log.length} bytes`);
  const ring = file.read(log.offset, log.length);
  const entries = newestSequence(ring, log.id);
  if (entries === undefined) throw new DiskError("it was not closed properly, and its log is damaged");
  return overlaid(file, entries.flatMap(changesOf));
}

/** The complete sequence that ends with the largest number ([MS-VHDX] 2.3.2). */
function newestSequence(ring: Buffer, id: Buffer): Entry[] | undefined {
  const entries = new Map<number, Entry>();
  for (let at = 0; at < ring.length; at += SECTOR) {
    const entry = entryAt(ring, at, id);
    if (entry !== undefined) entries.set(at, entry);
  }
  const newestFirst = [...entries.values()].toSorted((a, b) => (a.sequence < b.sequence ? 1 : -1));
  for (const last of newestFirst) {
    const sequence = sequenceTo(last, entries, ring.length);
    if (sequence !== undefined) return sequence;
  }
  return undefined;
}

/** The entries from the tail of the last one to it, without a gap. */
function sequenceTo(last: Entry, entries: ReadonlyMap<number, Entry>, length: number): Entry[] | undefined {
  const sequence: Entry[] = [];
  for (let at = last.tail; sequence.length < entries.size; ) {
    const entry = entries.get(at);
    const before = sequence.at(-1);
    if (entry === undefined || (before !== undefined && entry.sequence !== before.sequence + 1n)) return undefined;
    sequence.push(entry);
    if (entry === last) return sequence;
    at = (at + entry.bytes.length) % length;
  }
  return undefined;
}

/** The entry at an offset of the log; undefined if there is none that is whole. */
function entryAt(ring: Buffer, at: number, id: Buffer): Entry | undefined {
  if (ring.toString("latin1", at, at + 4) !== "loge") return undefined;
  const length = ring.readUInt32LE(at + 8);
  const tail = ring.readUInt32LE(at + 12);
  if (length === 0 || length % SECTOR !== 0 || length > ring.length || tail % SECTOR !== 0) return undefined;
  if (!ring.subarray(at + 32, at + 48).equals(id)) return undefined;
  const first = ring.subarray(at, at + length);
  const bytes = Buffer.concat([first, ring.subarray(0, length - first.length)]);
  const sum = bytes.readUInt32LE(4);
  bytes.fill(0, 4, 8);
  if (crc32c(bytes) !== sum) return undefined;
  return { bytes, sequence: bytes.readBigUInt64LE(16), tail, at };
}

/** The changes that an entry describes. @throws {DiskError} if it is damaged in spite of its checksum */
function changesOf({ bytes, sequence }: Entry): Change[] {
  const count = bytes.readUInt32LE(24);
  const damaged = () => new DiskError("it was not closed properly, and its log is damaged");
  let data = Math.ceil((HEADER + count * DESCRIPTOR) / SECTOR) * SECTOR;
  if (data > bytes.length) throw damaged();
  const changes: Change[] = [];
  for (let at = HEADER; at < HEADER + count * DESCRIPTOR; at += DESCRIPTOR) {
    const offset = u64le(bytes, at + 16);
    if (bytes.readBigUInt64LE(at + 24) !== sequence) throw damaged();
    const kind = bytes.toString("latin1", at, at + 4);
    if (kind === "zero") changes.push({ offset, length: u64le(bytes, at + 8), bytes: undefined });
    else if (kind === "desc") {
      if (data + SECTOR > bytes.length || bytes.toString("latin1", data, data + 4) !== "data") throw damaged();
      // A sector of data gives its first 8 and its last 4 bytes to a mark and the number; the descriptor has what was there.
      const sector = Buffer.concat([
        bytes.subarray(at + 8, at + 16),
        bytes.subarray(data + 8, data + SECTOR - 4),
        bytes.subarray(at + 4, at + 8),
      ]);
      changes.push({ offset, length: SECTOR, bytes: sector });
      data += SECTOR;
    } else throw damaged();
  }
  return changes;
}

/** A file with changes over it, later ones over earlier ones. It grows where they reach beyond its end. */
function overlaid(file: Disk, changes: readonly Change[]): Disk {
  const size = changes.reduce((most, { offset, length }) => Math.max(most, offset + length), file.size);
  if (!Number.isSafeInteger(size)) throw new DiskError("it is damaged: a number in it is far too large");
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      const inFile = Math.max(0, Math.min(length, file.size - offset));
      const touching = changes.filter((one) => one.offset < offset + length && one.offset + one.length > offset);
      if (touching.length === 0 && inFile === length) return file.read(offset, length);
      const result = Buffer.alloc(length);
      if (inFile > 0) file.read(offset, inFile).copy(result);
      for (const change of touching) {
        const start = Math.max(offset, change.offset);
        const end = Math.min(offset + length, change.offset + change.length);
        if (change.bytes === undefined) result.fill(0, start - offset, end - offset);
        else change.bytes.copy(result, start - offset, start - change.offset, end - change.offset);
      }
      return result;
    },
  };
}
