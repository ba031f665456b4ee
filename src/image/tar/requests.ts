import { BLOCK, type Block, TarError } from "./header.ts";

/** What a reader of archives asks for: the header block at a position, or `length` bytes. Positions only grow. */
export type Request = number | { readonly at: number; readonly length: number };

/** A block for a header, bytes for bytes. There are fewer only where the archive ends. */
export type Answer = Block | Buffer;

/** `length` bytes of the archive. @throws {TarError} when it ends before. */
export function* take(at: number, length: number): Generator<Request, Buffer, Answer> {
  const bytes = (yield { at, length }) as Buffer;
  if (bytes.length < length) throw truncated(at + bytes.length);
  return bytes;
}

/** Why an archive that ends after `size` bytes cannot be read. */
export function truncated(size: number): TarError {
  return new TarError(`it is truncated: it ends after ${size} bytes`);
}

/** Where the first block at or behind a position begins. */
export function nextBlock(position: number): number {
  return Math.ceil(position / BLOCK) * BLOCK;
}
