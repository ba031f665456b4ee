import { readLiterals } from "./literals.ts";
import { executeSequences, readSequencesHead } from "./sequences.ts";
import type { BlockState } from "./state.ts";

/**
 * Decodes a compressed block in `bytes[start..end)`, behind which a few more bytes can be read, to `out` at `at`; what
 * the frame has so far stands in front of it.
 * @returns where it ends in `out`
 * @throws {DiskError}
 */
export function decodeBlock(
  state: BlockState,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Buffer,
  at: number,
): number {
  const { count, end: behind } = readLiterals(state, bytes, start, end);
  const head = readSequencesHead(state, bytes, behind, end);
  return executeSequences(state, bytes, head, end, out, at, count);
}
