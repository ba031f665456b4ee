import { ExtendedMembers } from "./extendedMembers.ts";
import { BLOCK, type Block, isZero, parseHeader } from "./header.ts";
import { memberOf, type Visitor } from "./member.ts";
import { type Answer, nextBlock, type Request, take, truncated } from "./requests.ts";

/**
 * Reads an archive from its beginning to its end marker. The caller that answers requests throws a TarError for a
 * position past the end of the archive. Returns whether there was an end marker.
 * @throws {TarError} if the archive is damaged or truncated.
 */
export function* readMembers(visit: Visitor): Generator<Request, boolean, Answer> {
  const extended = new ExtendedMembers(visit);
  // Nearly all members have a single ordinary header. This path is short so that V8 compiles it early.
  for (let at = 0; ; ) {
    const block = (yield at) as Block;
    const { bytes } = block;
    if (bytes.length < BLOCK) {
      if (bytes.length === 0) return false;
      throw truncated(at + bytes.length);
    }
    if (bytes[0] === 0 && isZero(block)) return true;
    const header = parseHeader(block, at);
    at += BLOCK;
    if (extended.concerns(header)) {
      at = yield* extended.read(header, bytes, at);
      continue;
    }
    const member = memberOf(header, at);
    const { stored } = member.content;
    const wanted = visit(member);
    if (wanted !== undefined) wanted(yield* take(at, stored));
    at = nextBlock(at + stored);
  }
}
