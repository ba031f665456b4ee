import { BLOCK, type Block, TarError } from "./header.ts";

/** A request of an archive reader: the header block at a position, or `length` bytes. Positions only increase. */
export type Request = number | { readonly at: number; readonly length: number };

/** The answer: a block for a header, or bytes. There are fewer only at the end of the archive. */
export type Answer = Block | Buffer;

/** Returns `length` bytes of the archive. @throws {TarError} if it ends before. */
export function* take(at: number, length: number): Generator<Request, Buffer, Answer> {
  const bytes = (yield { at, length }) as Buffer;
  if (bytes.length < length) throw truncated(at + bytes.length);
  return bytes;
}

/** Why an archive that ends after `size` bytes cannot be read. */
export function truncated(size: number): TarError {
  return new TarError(`it is truncated: it ends after ${size} bytes`);
}

/** The start of the first block at or after a position. */
export function nextBlock(position: number): number {
  return Math.ceil(position / BLOCK) * BLOCK;
}
