import type { FseTable } from "./fse.ts";
import type { HuffmanTable } from "./huffman.ts";

/** The most bytes of a block, compressed or not (RFC 8878, 3.1.1.2.4). */
export const MOST_BLOCK = 128 * 1024;

/** What the blocks of a frame share. */
export interface BlockState {
  huffman: HuffmanTable | undefined;
  readonly tables: Record<SequenceCode, FseTable | undefined>;
  /** The last three offsets, the last one first. */
  readonly offsets: [number, number, number];
  /** Room for a block's literals. */
  readonly literals: Uint8Array;
}

/** The state at the beginning of a frame whose blocks have at most `most` bytes. */
export function newState(most: number): BlockState {
  return {
    huffman: undefined,
    tables: { literals: undefined, offset: undefined, match: undefined },
    offsets: [1, 4, 8],
    literals: new Uint8Array(most),
  };
}

/** A sequence's three codes, each with a table of its own. */
export type SequenceCode = "literals" | "offset" | "match";
