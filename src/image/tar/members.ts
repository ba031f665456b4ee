import { BLOCK, field, isZero, parseHeader, TarError } from "./header.ts";
import { decimal, parseRecords, RECORDS_LIMIT, type Records } from "./records.ts";
import { type Piece, piecesOf, takeMap, takeOldMap } from "./sparse.ts";

/** One member of an archive: an entry of the file tree. */
export interface Member {
  /** As stored, a character for each byte: may be absolute, may hold `..`. */
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "special";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a symbolic or hard link names, a character for each byte. */
  readonly link: string;
  readonly content: Content;
}

/** Where a file's bytes stand in the archive. */
export interface Content {
  readonly offset: number;
  /** How many bytes the archive holds: fewer than the file's size where the file has holes. */
  readonly stored: number;
  /** The file's size, its holes included. */
  readonly size: number;
  /** Where in the file the stored bytes belong; undefined for a file without holes. */
  readonly pieces: readonly Piece[] | undefined;
}

/** What a reader of archives asks for: the next `n` bytes, or to go on `-n` bytes further. */
export type Step = number;

/** Gets each member; answers what to do with its stored bytes where it wants them now. */
export type Visitor = (member: Member) => ((stored: Buffer) => void) | undefined;

/**
 * Reads an archive from its beginning to its end mark. Each step is answered with the bytes asked for, fewer only
 * where the archive ends; steps over bytes are answered with none. Returns whether there was an end mark.
 * @throws {TarError} when the archive is damaged or truncated.
 */
export function* readMembers(visit: Visitor): Generator<Step, boolean, Buffer> {
  let at = 0;
  const general = new Map<string, string>();
  let own: Records | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;

  /** Exactly `length` bytes. */
  function* take(length: number): Generator<Step, Buffer, Buffer> {
    const bytes = yield length;
    if (bytes.length < length) throw new TarError(`it is truncated: it ends after ${at + bytes.length} bytes`);
    at += length;
    return bytes;
  }
  function* takeAll<T>(steps: Generator<number, T, Buffer>): Generator<Step, T, Buffer> {
    let step = steps.next();
    while (!step.done) step = steps.next(yield* take(step.value));
    return step.value;
  }
  /** The content of a header that extends the next one. */
  function* takeExtension(size: number): Generator<Step, Buffer, Buffer> {
    if (size > RECORDS_LIMIT) throw new TarError(`it is damaged at byte ${at}: an extended header of ${size} bytes`);
    // All the blocks at once, since steps over bytes end what was taken.
    return (yield* take(size + padding(size))).subarray(0, size);
  }

  for (;;) {
    const block = yield BLOCK;
    if (block.length === 0) return false;
    if (block.length < BLOCK) throw new TarError(`it is truncated: it ends after ${at + block.length} bytes`);
    if (block[0] === 0 && isZero(block)) return true;
    const header = parseHeader(block, at);
    const { type } = header;
    // The block's bytes are gone once the next are asked for.
    const oldSparse = type === "S" ? Buffer.from(block) : undefined;
    at += BLOCK;
    if (type === "x" || type === "X") own = parseRecords(yield* takeExtension(header.size));
    else if (type === "g")
      for (const [key, value] of parseRecords(yield* takeExtension(header.size)).values) general.set(key, value);
    else if (type === "L") longName = untilZero(yield* takeExtension(header.size));
    else if (type === "K") longLink = untilZero(yield* takeExtension(header.size));
    else if (type === "M") throw new TarError("it goes on from another volume: join the volumes first");
    else if (type !== "V") {
      const attributes = own === undefined && general.size === 0 ? NONE : new Map([...general, ...(own?.values ?? [])]);
      const name = attributes.get("GNU.sparse.name") ?? attributes.get("path") ?? longName ?? header.name;
      const kind = memberType(type, name);
      const length = kind === "file" || type === "D" ? (count(attributes, "size") ?? header.size) : 0;
      // The map of GNU's old form is no part of the length.
      const old = oldSparse && (yield* takeAll(takeOldMap(oldSparse)));
      const start = at;
      let content: Content = { offset: at, stored: length, size: kind === "file" ? length : 0, pieces: undefined };
      if (old !== undefined) content = { ...content, ...old };
      else if (kind === "file" && attributes.size > 0) {
        const size = count(attributes, "GNU.sparse.realsize") ?? count(attributes, "GNU.sparse.size") ?? length;
        const map = attributes.get("GNU.sparse.map")?.split(",") ?? own?.pieces ?? [];
        if (count(attributes, "GNU.sparse.major") === 1) {
          const { pieces, length: mapLength } = yield* takeAll(takeMap(length));
          content = { offset: at, stored: length - mapLength, size, pieces };
        } else if (map.length > 0) content = { ...content, size, pieces: piecesOf(map) };
      }
      const wanted = visit({
        name,
        type: kind,
        mode: header.mode,
        uid: count(attributes, "uid") ?? header.uid,
        gid: count(attributes, "gid") ?? header.gid,
        link: attributes.get("linkpath") ?? longLink ?? header.link,
        content,
      });
      if (wanted !== undefined) wanted(yield* take(content.stored));
      const left = start + length + padding(length) - at;
      if (left > 0) yield -left;
      at += left;
      own = undefined;
      longName = undefined;
      longLink = undefined;
    }
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

function count(attributes: ReadonlyMap<string, string>, key: string): number | undefined {
  const digits = attributes.get(key);
  return digits ? decimal(digits) : undefined;
}

function memberType(type: string, name: string): Member["type"] {
  switch (type) {
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "3":
    case "4":
    case "6":
      return "special";
    case "5":
    case "D":
      return "directory";
    default:
      // The oldest form marks a directory by its name; kinds that nobody knows are files (POSIX).
      return name.endsWith("/") ? "directory" : "file";
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function untilZero(content: Buffer): string {
  return field(content, 0, content.length);
}
