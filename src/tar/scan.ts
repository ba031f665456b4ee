import type { Bytes } from "./bytes.ts";
import { BLOCK, Block } from "./header.ts";
import type { Member, Visitor } from "./member.ts";
import { readMembers } from "./readMembers.ts";
import { truncated } from "./requests.ts";

/** Reads the bytes of a member from a stream instead of the visitor; what it leaves is skipped. */
type Inside = (member: Member, bytes: Bytes) => Promise<void>;

/** How to read an archive from a stream. */
export interface Scan {
  /** As a visitor does, or "inside" for a member that `inside` reads. */
  readonly visit: (member: Member) => ReturnType<Visitor> | "inside";
  readonly inside?: Inside;
  /** Whether the archive may end with the last byte of a file; a digest then shows whether it is complete. */
  readonly mayEndEarly?: boolean;
}

/**
 * Reads an archive from a stream to its end marker; returns whether there was one.
 * @throws {TarError} if the archive is damaged or truncated
 */
export async function scanStream(bytes: Bytes, { visit, inside, mayEndEarly = false }: Scan): Promise<boolean> {
  const memory = new ArrayBuffer(BLOCK);
  const block = new Block(memory);
  let entered: Member | undefined;
  let end = Number.POSITIVE_INFINITY;
  const steps = readMembers((member) => {
    if (mayEndEarly) end = member.content.offset + member.content.stored;
    const answer = visit(member);
    if (answer !== "inside") return answer;
    entered = member;
    return undefined;
  });
  const start = bytes.position;
  let step = steps.next();
  while (!step.done) {
    if (entered !== undefined) {
      const member: Member = entered;
      entered = undefined;
      await inside?.(member, bytes);
    }
    const request = step.value;
    const { at, length } = typeof request === "number" ? { at: request, length: BLOCK } : request;
    const gap = start + at - bytes.position;
    if (!bytes.skipNow(gap) && !(await bytes.skip(gap))) {
      if (bytes.position - start >= end) return false;
      throw truncated(bytes.position - start);
    }
    const taken = bytes.takeNow(length) ?? (await bytes.take(length));
    if (typeof request !== "number") step = steps.next(taken);
    else step = steps.next(taken.copy(block.bytes) === BLOCK ? block : new Block(memory, 0, taken.length));
  }
  return step.value;
}
