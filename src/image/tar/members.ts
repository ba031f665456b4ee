import { BLOCK, type Block, field, isZero, parseHeader, TarError } from "./header.ts";
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

/** What a reader of archives asks for: the header block at a position, or `length` bytes. Positions only grow. */
export type Request = number | { readonly at: number; readonly length: number };

/** A block for a header, bytes for bytes. There are fewer only where the archive ends. */
export type Answer = Block | Buffer;

/** Gets each member; answers what to do with its stored bytes where it wants them now. */
export type Visitor = (member: Member) => ((stored: Buffer) => void) | undefined;

/**
 * Reads an archive from its beginning to its end mark. Who answers throws a TarError for a position behind the
 * archive's end. Returns whether there was an end mark.
 * @throws {TarError} when the archive is damaged or truncated.
 */
export function* readMembers(visit: Visitor): Generator<Request, boolean, Answer> {
  let at = 0;
  const general = new Map<string, string>();
  let own: Records | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;

  /** The next `length` bytes. */
  function* take(length: number): Generator<Request, Buffer, Answer> {
    const bytes = (yield { at, length }) as Buffer;
    if (bytes.length < length) throw truncated(at + bytes.length);
    at += length;
    return bytes;
  }
  function* takeAll<T>(steps: Generator<number, T, Buffer>): Generator<Request, T, Answer> {
    let step = steps.next();
    while (!step.done) step = steps.next(yield* take(step.value));
    return step.value;
  }
  /** The content of a header that extends the next one. */
  function* takeExtension(size: number): Generator<Request, Buffer, Answer> {
    if (size > RECORDS_LIMIT) throw new TarError(`it is damaged at byte ${at}: an extended header of ${size} bytes`);
    const content = yield* take(size);
    at = nextBlock(at);
    return content;
  }

  for (;;) {
    const block = (yield at) as Block;
    const { bytes } = block;
    if (bytes.length === 0) return false;
    if (bytes.length < BLOCK) throw truncated(at + bytes.length);
    if (bytes[0] === 0 && isZero(block)) return true;
    const header = parseHeader(block, at);
    const { type } = header;
    at += BLOCK;
    if (type === "x" || type === "X") own = parseRecords(yield* takeExtension(header.size));
    else if (type === "g")
      for (const [key, value] of parseRecords(yield* takeExtension(header.size)).values) {
        // A map of holes is one file's.
        if (!key.startsWith("GNU.")) general.set(key, value);
      }
    else if (type === "L") longName = untilZero(yield* takeExtension(header.size));
    else if (type === "K") longLink = untilZero(yield* takeExtension(header.size));
    else if (type === "M") throw new TarError("it goes on from another volume: join the volumes first");
    else if (type !== "V") {
      const attributes = own || general.size > 0 ? new Map([...general, ...(own?.values ?? [])]) : undefined;
      const name = attributes?.get("GNU.sparse.name") ?? attributes?.get("path") ?? longName ?? header.name;
      const kind = memberType(type, name);
      const length = hasContent(type) ? ((attributes && count(attributes, "size")) ?? header.size) : 0;
      // The map of GNU's old form is no part of the length.
      const old = type === "S" ? yield* takeAll(takeOldMap(bytes)) : undefined;
      const start = at;
      let content: Content = { offset: at, stored: length, size: kind === "file" ? length : 0, pieces: undefined };
      if (old !== undefined) content = { ...content, ...old };
      else if (kind === "file" && attributes !== undefined) {
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
        uid: (attributes && count(attributes, "uid")) ?? header.uid,
        gid: (attributes && count(attributes, "gid")) ?? header.gid,
        link: attributes?.get("linkpath") ?? longLink ?? header.link,
        content,
      });
      if (wanted !== undefined) wanted(yield* take(content.stored));
      at = nextBlock(start + length);
      own = undefined;
      longName = undefined;
      longLink = undefined;
    }
  }
}

/** Why an archive that ends after `size` bytes cannot be read. */
export function truncated(size: number): TarError {
  return new TarError(`it is truncated: it ends after ${size} bytes`);
}

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

/** Whether bytes follow the header. Of links, devices and directories only the size may stand there. */
function hasContent(type: string): boolean {
  return type < "1" || type > "6";
}

/** Where the first block at or behind a position begins. */
function nextBlock(position: number): number {
  return Math.ceil(position / BLOCK) * BLOCK;
}

function untilZero(content: Buffer): string {
  return field(content, 0, content.length);
}
