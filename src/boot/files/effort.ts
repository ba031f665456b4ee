import type { Image } from "../../image/image.ts";
import { CannotTell } from "../../python/errors.ts";

/** The budget, in bytes, for files that a boot edits repeatedly as a whole. Real images need a few megabytes. */
const LIMIT = 512 * 1024 * 1024;
/** Written bytes are kept in memory, so they count more; a search for one string is quick. */
const WEIGHTS = { read: 1, written: 4, searched: 1 / 16 };

const spent = new WeakMap<Image, number>();

/**
 * Counts bytes read or written, so that a hostile image with huge files and thousands of users cannot keep the program
 * busy. Exceeding the limit is a problem of the image: this program stops, not cloud-init.
 * @throws CannotTell beyond the limit
 */
export function spend(image: Image, did: keyof typeof WEIGHTS, bytes: number): void {
  const total = (spent.get(image) ?? 0) + bytes * WEIGHTS[did];
  spent.set(image, total);
  if (total <= LIMIT) return;
  image.addProblem("/etc", "the files that the boot edits are too large to check in full");
  throw new CannotTell("the files are too large to simulate all changes");
}
