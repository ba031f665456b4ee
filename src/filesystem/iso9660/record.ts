import { DiskError } from "../../disk/disk.ts";

/** Part of a file: its bytes on the disk. */
export interface Section {
  readonly start: number;
  readonly size: number;
}

/** An entry of a directory (ECMA-119, 9.1). */
export interface DirectoryRecord {
  readonly start: number;
  readonly size: number;
  readonly flags: number;
  readonly isInterleaved: boolean;
  /** The name as it is stored. */
  readonly name: Buffer;
  /** What extensions such as Rock Ridge say. */
  readonly system: Buffer;
}

/** Flags of a record. */
export const FLAG = { directory: 0x02, associated: 0x04, continues: 0x80 };

const SECTOR = 2048;

/** @param bytes the record and what follows it @throws {DiskError} */
export function readRecord(bytes: Buffer, blockSize: number): DirectoryRecord {
  const length = bytes[0]!;
  if (length < 34 || length > bytes.length) throw damaged();
  const nameLength = bytes[32]!;
  if (33 + nameLength > length) throw damaged();
  return {
    // Attributes stand in front of the data.
    start: (bytes.readUInt32LE(2) + bytes[1]!) * blockSize,
    size: bytes.readUInt32LE(10),
    flags: bytes[25]!,
    isInterleaved: bytes[26] !== 0 || bytes[27] !== 0,
    name: Buffer.from(bytes.subarray(33, 33 + nameLength)),
    system: Buffer.from(bytes.subarray(Math.min(length, 33 + nameLength + (nameLength % 2 === 0 ? 1 : 0)), length)),
  };
}

/** The records in a sector of a directory. */
export function* recordsIn(sector: Buffer, blockSize: number): Generator<DirectoryRecord> {
  for (let at = 0; at < sector.length && sector[at] !== 0; at += sector[at]!)
    yield readRecord(sector.subarray(at), blockSize);
}

/** The records of a directory, which do not cross sectors. @param read reads bytes of the directory */
export function* recordsOf(
  size: number,
  blockSize: number,
  read: (offset: number, length: number) => Buffer,
): Generator<DirectoryRecord> {
  for (let at = 0; at < size; at += SECTOR) yield* recordsIn(read(at, Math.min(SECTOR, size - at)), blockSize);
}

function damaged(): DiskError {
  return new DiskError("it is damaged: the directory has an impossible entry");
}
