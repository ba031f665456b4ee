import { closeSync, fstatSync, openSync } from "node:fs";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import { Problems } from "../problems.ts";
import { readInto } from "../readInto.ts";
import { Archive } from "./archive.ts";
import { BLOCK, Block, TarError } from "./header.ts";
import { readMembers } from "./readMembers.ts";
import { truncated } from "./requests.ts";

/** How many bytes are read at once: most files of a system are smaller, so that one read serves several headers. */
const WINDOW = 4 * 1024;

/**
 * The root filesystem in a plain tar archive. Only headers are read now, files when they are asked for: the archive
 * stays open as long as the process runs.
 * @throws {ImageError} status 4 when it is damaged or truncated.
 */
export function openTarFile(source: string): Image {
  const problems = new Problems();
  const file = openSync(source, "r");
  const archive = new Archive(problems);
  try {
    if (!scan(file, archive)) problems.add("the archive", "it ends without its end mark, as if it were truncated");
  } catch (error) {
    closeSync(file);
    if (!(error instanceof TarError)) throw error;
    throw new ImageError(4, `${source}: the archive cannot be read whole: ${error.message}`);
  }
  const entries = archive.entries(({ offset, stored }) => {
    const bytes = readAt(file, offset, stored);
    if (bytes.length < stored) throw new Error("the archive has changed");
    return bytes;
  });
  return imageOf(source, entries, problems);
}

/** Reads all headers. Returns whether the archive has its end mark. */
function scan(file: number, archive: Archive): boolean {
  const { size } = fstatSync(file);
  const memory = new ArrayBuffer(WINDOW);
  const window = Buffer.from(memory);
  const blocks = Array.from({ length: WINDOW / BLOCK }, (_, i) => new Block(memory, i * BLOCK));
  let windowAt = 0;
  let windowEnd = 0;

  /** The header block at a position, in the window until another is asked for. */
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

/** The bytes at a position, fewer where the file ends. */
function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, readInto(buffer, file, position));
}
