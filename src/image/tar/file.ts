import { closeSync, fstatSync } from "node:fs";
import { openFile } from "../../disk/file.ts";
import { readInto } from "../../disk/readInto.ts";
import { BLOCK, Block, TarError } from "../../tar/header.ts";
import { readMembers } from "../../tar/readMembers.ts";
import { truncated } from "../../tar/requests.ts";
import type { Stored } from "../container/layer.ts";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import { Problems } from "../problems.ts";
import { Archive } from "./archive.ts";

/** The number of bytes to read at once; most files of a system are smaller, so one read covers several headers. */
const WINDOW = 4 * 1024;

/** An uncompressed archive that stays open as long as the process runs. */
export interface TarFile {
  readonly image: Image;
  /** The stored bytes of the file at a path without links, which can be read at random. */
  file(path: string): Stored;
}

/**
 * The root filesystem in an uncompressed tar archive, or the files of a container image. This reads only headers; files
 * are read on demand.
 * @throws {ImageError} status 4 if it is damaged or truncated.
 */
export function openTarFile(source: string): TarFile {
  const problems = new Problems();
  const file = openFile(source);
  const archive = new Archive(problems);
  try {
    if (!scan(file, archive)) problems.add("the archive", "its end-of-archive marker is missing; it may be truncated");
  } catch (error) {
    closeSync(file);
    if (!(error instanceof TarError)) throw error;
    throw new ImageError(4, `${source}: the archive cannot be read completely: ${error.message}`);
  }
  const entries = archive.entries(({ offset: start, stored }) => ({
    size: stored,
    read(offset, length) {
      const bytes = readAt(file, start + offset, length);
      if (bytes.length < length) throw new Error("the archive has changed since it was opened");
      return bytes;
    },
  }));
  return {
    image: { ...imageOf(source, entries, problems), isArchive: true },
    file(path) {
      const { offset: start = 0, stored: size = 0 } = archive.contentAt(path) ?? {};
      return {
        size,
        read: (offset, length) => readAt(file, start + offset, Math.max(0, Math.min(length, size - offset))),
        readInto: (buffer, offset) => readInto(buffer.subarray(0, Math.max(0, size - offset)), file, start + offset),
      };
    },
  };
}

/** Reads all headers. Returns whether the archive has its end-of-archive marker. */
function scan(file: number, archive: Archive): boolean {
  const { size } = fstatSync(file);
  const memory = new ArrayBuffer(WINDOW);
  const window = Buffer.from(memory);
  const blocks = Array.from({ length: WINDOW / BLOCK }, (_, i) => new Block(memory, i * BLOCK));
  let windowAt = 0;
  let windowEnd = 0;

  /** The header block at a position; valid until the next call. */
  function header(at: number): Block {
    if (at + BLOCK > windowEnd) {
      windowAt = at;
      windowEnd = at + readInto(window, file, at);
    }
    const start = at - windowAt;
    return at + BLOCK > windowEnd ? new Block(memory, start, windowEnd - at) : blocks[start / BLOCK]!;
  }

  const steps = readMembers((member) => void archive.add(member));
  let step = steps.next();
  while (!step.done) {
    const request = step.value;
    const at = typeof request === "number" ? request : request.at;
    if (at > size) throw truncated(size);
    step = steps.next(typeof request === "number" ? header(at) : readAt(file, at, request.length));
  }
  return step.value;
}

/** The bytes at a position; fewer at the end of the file. */
function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, readInto(buffer, file, position));
}
