import { DiskError } from "../../disk/disk.ts";
import type { Problems } from "../problems.ts";
import type { Checksum } from "./checksum.ts";
import type { LogicalSpace } from "./chunks.ts";
import { ID, TYPE } from "./key.ts";
import type { Tree } from "./tree.ts";

/** How many bytes are read and checked at a time. */
const PIECE = 256 * 1024;

/** Reads the data of files, and checks them where the file system has checksums. */
export interface DataReader {
  /** Bytes at a logical address into `target`. @throws {DiskError} */
  read(address: number, target: Buffer, isUnchecked: boolean): void;
}

/** `checksums` is the tree that holds the sectors' checksums, if there is one. */
export function dataReader(
  space: LogicalSpace,
  checksums: Tree | undefined,
  { checksum, sectorSize }: { readonly checksum: Checksum; readonly sectorSize: number },
  problems: Problems,
): DataReader {
  const matches = checksum.matches;

  /** The stored checksums of the sectors from `start` to `end`, by the sectors' addresses. */
  function storedChecksums(tree: Tree, start: number, end: number): Map<number, Buffer> {
    const stored = new Map<number, Buffer>();
    const key = { objectid: ID.checksums, type: TYPE.checksums, offset: start };
    const first = tree.floor(key)?.key ?? key;
    const from = first.objectid === key.objectid && first.type === key.type ? first : key;
    for (const { key: at, data } of tree.items(from, { ...key, offset: end - 1 })) {
      const count = Math.floor(data.length / checksum.size);
      const skipped = Math.max(0, Math.floor((start - at.offset) / sectorSize));
      for (let index = skipped; index < count; index++) {
        const sector = at.offset + index * sectorSize;
        if (sector >= end) break;
        stored.set(sector, data.subarray(index * checksum.size));
      }
    }
    return stored;
  }

  /** A copy of whole sectors, the first that can be read. */
  function firstCopy(start: number, length: number): Buffer {
    let failure: unknown;
    for (let copy = 0; copy < space.copies(start); copy++)
      try {
        return space.read(start, length, copy);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        failure ??= error;
      }
    throw failure;
  }

  /** Another copy of a sector whose checksum is right. */
  function rightCopy(sector: number, isRight: (bytes: Buffer) => boolean): Buffer | undefined {
    for (let copy = 1; copy < space.copies(sector); copy++)
      try {
        const bytes = space.read(sector, sectorSize, copy);
        if (isRight(bytes)) return bytes;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    return undefined;
  }

  function checked(tree: Tree, start: number, end: number): Buffer {
    let bytes = firstCopy(start, end - start);
    for (const [sector, stored] of storedChecksums(tree, start, end)) {
      const isRight = (one: Buffer) => matches!(one, stored);
      const at = sector - start;
      if (at < 0 || isRight(bytes.subarray(at, at + sectorSize))) continue;
      const other = rightCopy(sector, isRight);
      if (other === undefined) problems.add(`data at the logical address ${sector} has a wrong checksum`);
      else {
        bytes = Buffer.from(bytes);
        other.copy(bytes, at);
      }
    }
    return bytes;
  }

  return {
    read(address, target, isUnchecked) {
      for (let done = 0; done < target.length; ) {
        const length = Math.min(PIECE, target.length - done);
        const from = address + done;
        if (isUnchecked || checksums === undefined || matches === undefined) firstCopy(from, length).copy(target, done);
        else {
          const start = Math.floor(from / sectorSize) * sectorSize;
          const end = Math.ceil((from + length) / sectorSize) * sectorSize;
          checked(checksums, start, end).copy(target, done, from - start, from - start + length);
        }
        done += length;
      }
    },
  };
}
