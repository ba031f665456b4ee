import { getHeapStatistics } from "node:v8";
import { collectGarbage } from "../disk/garbage.ts";

/** Bytes of its heap that a thread may keep from one image to the next, and of what is outside it: blocks of disks. */
const KEPT = { heap: 24_000_000, outside: 6_000_000 };

/**
 * Gives back what is left of opening an image, or of the last image. V8 by itself waits until a heap has grown to hundreds of
 * megabytes, which is too much for several threads that each lint image after image.
 */
export function collectLeftovers(): void {
  // A collection that V8 has begun while the image was in use keeps all that was in use then: a second one frees it.
  for (let times = 0; times < 2; times++) {
    const { used_heap_size, external_memory } = getHeapStatistics();
    if (used_heap_size < KEPT.heap && external_memory < KEPT.outside) return;
    collectGarbage();
  }
}
