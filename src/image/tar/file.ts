import * as fs from "node:fs";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import { Problems } from "../problems.ts";
import { Archive } from "./archive.ts";
import { TarError } from "./header.ts";
import { readMembers } from "./members.ts";

/** How many bytes are read at once: most files of a system are smaller, so that one read serves several headers. */
const WINDOW = 4 * 1024;

/**
 * The root filesystem in a plain tar archive. Only headers are read now, files when they are asked for: the archive
 * stays open as long as the process runs.
 * @throws {ImageError} status 4 when it is damaged or truncated.
 */
export function openTarFile(source: string): Image {
  const problems = new Problems();
  const file = fs.openSync(source, "r");
  const archive = new Archive(problems);
  try {
    if (!scan(file, archive)) problems.add("the archive", "it ends without its end mark, as if it were truncated");
  } catch (error) {
    fs.closeSync(file);
    if (!(error instanceof TarError)) throw error;
    throw new ImageError(4, `${source}: the archive cannot be read whole: ${error.message}`);
  }
  const entries = archive.entries(({ offset, stored }) => {
    const bytes = readAt(file, Buffer.allocUnsafe(stored), offset);
    if (bytes.length < stored) throw new Error("the archive has changed");
    return bytes;
  });
  return imageOf(source, entries, problems);
}

/** Reads all headers. Returns whether the archive has its end mark. */
function scan(file: number, archive: Archive): boolean {
  const { size } = fs.fstatSync(file);
  const steps = readMembers((member) => void archive.add(member));
  const buffer = Buffer.allocUnsafe(WINDOW);
  let window: Buffer = buffer.subarray(0, 0);
  let windowAt = 0;
  let at = 0;
  let step = steps.next();
  while (!step.done) {
    const length = step.value;
    if (length < 0) {
      at -= length;
      if (at > size) throw new TarError(`it is truncated: it ends after ${size} bytes`);
      step = steps.next(buffer.subarray(0, 0));
      continue;
    }
    let bytes: Buffer;
    if (length > WINDOW) bytes = readAt(file, Buffer.allocUnsafe(length), at);
    else {
      if (at < windowAt || at + length > windowAt + window.length) {
        window = readAt(file, buffer, at);
        windowAt = at;
      }
      bytes = window.subarray(at - windowAt, at - windowAt + length);
    }
    at += bytes.length;
    step = steps.next(bytes);
  }
  return step.value;
}

/** Fills `buffer` from the file's bytes at `position`; what is left of it where the file ends. */
function readAt(file: number, buffer: Buffer, position: number): Buffer {
  let length = 0;
  while (length < buffer.length) {
    const count = fs.readSync(file, buffer, length, buffer.length - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
