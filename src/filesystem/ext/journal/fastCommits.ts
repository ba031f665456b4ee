import type { Log } from "./log.ts";

/** Tags of fast commits that begin and end one (fs/ext4/fast_commit.h). */
const TAGS = { tail: 8, head: 9 };

/** Whether the area of fast commits holds changes since the last transaction, whose successor has the number `next`. */
export function hasFastCommits(log: Log, next: number): boolean {
  let isBegun = false;
  // The block between the log and them is not used.
  for (let index = 1; index < log.fastCommits; index++) {
    const block = log.block(log.end + index);
    for (let at = 0; at + 12 <= block.length; ) {
      const [tag, length] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
      const number = block.readUInt32LE(at + (tag === TAGS.head ? 8 : 4));
      if (tag === TAGS.head && number === next) isBegun = true;
      else if (!isBegun || tag > TAGS.head || tag === 0) return false;
      if (tag === TAGS.tail) return number === next;
      at += 4 + length;
    }
    if (!isBegun) return false;
  }
  return false;
}
