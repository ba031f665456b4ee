import { BLOCK, field, isZero, parseHeader, TarError } from "./header.ts";
import { decimal, parseRecords, RECORDS_LIMIT, type Records } from "./records.ts";
import { type Piece, piecesOf, takeMap, takeOldMap } from "./sparse.ts";

/** One member of an archive: an entry of the file tree. */
export interface Member {
  /** As stored: may be absolute, may hold `..`. */
  readonly name: Buffer;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "special";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a symbolic or hard link names. */
  readonly link: Buffer;
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
  const general = new Map<string, Buffer>();
  let own: Records | undefined;
  let longName: Buffer | undefined;
  let longLink: Buffer | undefined;

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
  function* skip(length: number): Generator<Step, void, Buffer> {
    if (length > 0) yield -length;
    at += length;
  }
  /** The content of a header that extends the next one. */
  function* takeExtension(size: number): Generator<Step, Buffer, Buffer> {
    if (size > RECORDS_LIMIT) throw new TarError(`it is damaged at byte ${at}: an extended header of ${size} bytes`);
    const content = Buffer.from(yield* take(size));
    yield* skip(padding(size));
    return content;
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
    else if (type === "V") yield* skip(header.size + padding(header.size));
    else if (type === "M") throw new TarError("it goes on from another volume: join the volumes first");
    else {
      const value = (key: string): Buffer | undefined => own?.values.get(key) ?? general.get(key);
      const count = (key: string): number | undefined => {
        const bytes = value(key);
        return bytes === undefined || bytes.length === 0 ? undefined : decimal(bytes.toString("latin1"));
      };
      const name = Buffer.from(value("GNU.sparse.name") ?? value("path") ?? longName ?? header.name);
      const kind = memberType(type, name);
      let stored = kind === "file" || type === "D" ? (count("size") ?? header.size) : 0;
      const end = stored + padding(stored);
      let size = kind === "file" ? stored : 0;
      let pieces: readonly Piece[] | undefined;
      const link = Buffer.from(value("linkpath") ?? longLink ?? header.link);
      const start = at;
      if (oldSparse !== undefined) {
        ({ pieces, size } = yield* takeAll(takeOldMap(oldSparse)));
      } else if (kind === "file" && count("GNU.sparse.major") === 1) {
        const map = yield* takeAll(takeMap(stored));
        pieces = map.pieces;
        stored -= map.length;
        size = count("GNU.sparse.realsize") ?? stored;
      } else if (kind === "file" && (own?.pieces.length || value("GNU.sparse.map") !== undefined)) {
        pieces = piecesOf(value("GNU.sparse.map")?.toString("latin1").split(",") ?? own!.pieces);
        size = count("GNU.sparse.size") ?? count("GNU.sparse.realsize") ?? stored;
      }
      const { mode } = header;
      const uid = count("uid") ?? header.uid;
      const gid = count("gid") ?? header.gid;
      const wanted = visit({ name, type: kind, mode, uid, gid, link, content: { offset: at, stored, size, pieces } });
      // An old sparse map is no part of the stored size.
      const rest = oldSparse === undefined ? end - (at - start) : end;
      if (wanted !== undefined) wanted(yield* take(stored));
      yield* skip(wanted === undefined ? rest : rest - stored);
      own = undefined;
      longName = undefined;
      longLink = undefined;
    }
  }
}

function memberType(type: string, name: Buffer): Member["type"] {
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
      return name.at(-1) === 0x2f ? "directory" : "file";
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function untilZero(content: Buffer): Buffer {
  return field(content, 0, content.length);
}
