import { field, type Header, TarError } from "./header.ts";
import { type Content, memberOf, type Visitor } from "./member.ts";
import { decimal, parseRecords, RECORDS_LIMIT, type Records } from "./records.ts";
import { type Answer, nextBlock, type Request, take } from "./requests.ts";
import { piecesOf, takeMap, takeOldMap } from "./sparse.ts";

/** Reads members with more than a header and a file's bytes: headers that extend the next one, and sparse files. */
export class ExtendedMembers {
  readonly #visit: Visitor;
  readonly #general = new Map<string, string>();
  #own: Records | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  #at = 0;

  constructor(visit: Visitor) {
    this.#visit = visit;
  }

  /** Whether a header is one of these, or belongs to a member that such a header extends. */
  concerns({ type }: Header): boolean {
    return type > "7" || this.#general.size > 0 || !!(this.#own || this.#longName || this.#longLink);
  }

  /** Reads the content after a header, whose block is `bytes`, at the position `at`. Returns the position of the next header. */
  *read(header: Header, bytes: Buffer, at: number): Generator<Request, number, Answer> {
    this.#at = at;
    const { type } = header;
    if (type === "x" || type === "X") this.#own = parseRecords(yield* this.#extension(header));
    else if (type === "g")
      for (const [key, value] of parseRecords(yield* this.#extension(header)).values) {
        // A sparse map belongs to one file only.
        if (!key.startsWith("GNU.")) this.#general.set(key, value);
      }
    else if (type === "L") this.#longName = untilZero(yield* this.#extension(header));
    else if (type === "K") this.#longLink = untilZero(yield* this.#extension(header));
    else if (type === "M") throw new TarError("it continues from another volume; join the volumes first");
    else if (type !== "V") yield* this.#member(header, bytes);
    return this.#at;
  }

  *#member(header: Header, bytes: Buffer): Generator<Request, void, Answer> {
    const attributes = new Map([...this.#general, ...(this.#own?.values ?? [])]);
    const { name, link, size, uid, gid } = header;
    // The length does not include the map of GNU's old format.
    const old = header.type === "S" ? yield* this.#takeAll(takeOldMap(bytes)) : undefined;
    const start = this.#at;
    const member = memberOf(
      {
        ...header,
        name: attributes.get("GNU.sparse.name") ?? attributes.get("path") ?? this.#longName ?? name,
        link: attributes.get("linkpath") ?? this.#longLink ?? link,
        size: count(attributes, "size") ?? size,
        uid: count(attributes, "uid") ?? uid,
        gid: count(attributes, "gid") ?? gid,
      },
      start,
    );
    const { stored: length } = member.content;
    const holes = old ?? (member.type === "file" ? yield* this.#holes(attributes, length) : {});
    const content = { ...member.content, ...holes };
    this.#own = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    const wanted = this.#visit({ ...member, content });
    if (wanted !== undefined) wanted(yield* this.#take(content.stored));
    this.#at = nextBlock(start + length);
  }

  /** The sparse map of a file in a PAX format: in the attributes or, in format 1.0, before the data. */
  *#holes(attributes: ReadonlyMap<string, string>, length: number): Generator<Request, Partial<Content>, Answer> {
    const size = count(attributes, "GNU.sparse.realsize") ?? count(attributes, "GNU.sparse.size") ?? length;
    if (count(attributes, "GNU.sparse.major") === 1) {
      const { pieces, length: mapLength } = yield* this.#takeAll(takeMap(length));
      return { offset: this.#at, stored: length - mapLength, size, pieces };
    }
    const map = attributes.get("GNU.sparse.map")?.split(",") ?? this.#own?.pieces ?? [];
    return map.length > 0 ? { size, pieces: piecesOf(map) } : {};
  }

  /** The content of a header that extends the next one. */
  *#extension({ size }: Header): Generator<Request, Buffer, Answer> {
    if (size > RECORDS_LIMIT)
      throw new TarError(`it is damaged at byte ${this.#at}: an extended header of ${size} bytes`);
    const content = yield* this.#take(size);
    this.#at = nextBlock(this.#at);
    return content;
  }

  *#takeAll<T>(steps: Generator<number, T, Buffer>): Generator<Request, T, Answer> {
    let step = steps.next();
    while (!step.done) step = steps.next(yield* this.#take(step.value));
    return step.value;
  }

  *#take(length: number): Generator<Request, Buffer, Answer> {
    const bytes = yield* take(this.#at, length);
    this.#at += length;
    return bytes;
  }
}

function count(attributes: ReadonlyMap<string, string>, key: string): number | undefined {
  const digits = attributes.get(key);
  return digits ? decimal(digits) : undefined;
}

function untilZero(content: Buffer): string {
  return field(content, 0, content.length);
}
