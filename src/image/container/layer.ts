import { posix } from "node:path";
import { Bytes } from "../../tar/bytes.ts";
import { TarError } from "../../tar/header.ts";
import type { Content, Member, Visitor } from "../../tar/member.ts";
import { scanStream } from "../../tar/scan.ts";
import type { Keep } from "../keep.ts";
import { READ_LIMIT, readLimit } from "../limits.ts";
import { formatOf, SNIFFED } from "../sniff.ts";
import type { ContentStore } from "../store.ts";
import { unpacked } from "../tar/unpacked.ts";
import { type DigestRule, hashLike } from "./digest.ts";

/** A layer: the members of its archive in their order. */
export interface Layer {
  readonly members: readonly Member[];
  /** As the rule of its file says. */
  readonly digest: string;
}

/** Bytes that can be read at random, for as long as the process runs. */
export interface Stored {
  readonly size: number;
  /** Fewer only at the end. */
  read(offset: number, length: number): Buffer;
  /** Fills a buffer with them. Returns how many there are; fewer only at the end. */
  readInto(buffer: Buffer, offset: number): number;
}

/** Where the bytes of a layer's file are: in memory, or in an uncompressed archive at the position in its content. */
export type Sources = WeakMap<Content, Buffer | Stored>;

/** What is kept of layers. */
export interface LayerReading {
  readonly keep: Keep;
  /** Keeps all files of layers that can be read only once. */
  readonly store: ContentStore | undefined;
  readonly sources: Sources;
  /** Counts what the layers of one image have in common. */
  readonly totals: Totals;
}

/** As for one archive: more than any image has, and little enough for a machine's memory. */
const LIMITS = { members: 2_000_000, characters: 128 * 1024 * 1024, pieces: 1_000_000, kept: 512 * 1024 * 1024 };

/** What the layers of an image hold together. */
export class Totals {
  #members = 0;
  #characters = 0;
  #pieces = 0;
  #kept = 0;

  /** @throws {TarError} if there are too many */
  addMember({ name, link, content: { pieces } }: Member): void {
    this.#members += 1;
    this.#characters += name.length + link.length;
    this.#pieces += pieces?.length ?? 0;
    if (this.#members > LIMITS.members || this.#characters > LIMITS.characters || this.#pieces > LIMITS.pieces)
      throw new TarError(`the layers are too large to read: more than ${this.#members - 1} entries`);
  }

  /** Whether so much may be kept. */
  keeps(size: number): boolean {
    if (this.#kept + size > LIMITS.kept) return false;
    this.#kept += size;
    return true;
  }
}

/** The objects of an ostree repository in a container: the files of the image are hard links to those before them. */
const OBJECTS = /^\/sysroot\/ostree\/repo\/objects\//;

/** The number of objects that are kept until their hard links have come, and their size in bytes. */
const RECENT = { count: 256, size: 16 * 1024 * 1024 };

/**
 * Reads a layer, compressed or not, from beginning to end. `stored` are the same bytes, if they can be read again.
 * @throws {TarError} and the errors of decompression if it is damaged
 */
export async function readLayer(
  chunks: AsyncIterable<Buffer>,
  rule: DigestRule,
  reading: LayerReading,
  stored?: Stored,
): Promise<Layer> {
  const hash = hashLike(rule.algorithm);
  const raw = new Bytes(rule.of === "blob" ? hashed(chunks, hash) : chunks);
  const format = formatOf(await raw.peek(SNIFFED));
  if (format === "other" || format === "disk") throw new TarError("it is not a tar archive");
  const isPlain = format === "tar" || format === "empty";
  const content = isPlain ? raw : unpacked(raw, format);
  const bytes = rule.of === "blob" ? content : new Bytes(hashed(content.rest(), hash));
  const members = await readMembersOf(bytes, reading, isPlain ? stored : undefined);
  // Also what follows the end of the archive and of the compressed data belongs to the digest.
  await bytes.drain();
  await raw.drain();
  return { members, digest: hash.digest() };
}

async function readMembersOf(
  bytes: Bytes,
  { keep, store, sources, totals }: LayerReading,
  stored?: Stored,
): Promise<Member[]> {
  const members: Member[] = [];
  const recent = new Recent();
  const visit = (member: Member): ReturnType<Visitor> | "inside" => {
    totals.addMember(member);
    members.push(member);
    const { content, type } = member;
    if (type === "hardlink") {
      const linked = recent.get(pathOf(member.link));
      if (linked !== undefined && keep(pathOf(member.name), linked.bytes.length) && totals.keeps(linked.bytes.length))
        sources.set(linked.content, linked.bytes);
    }
    if (type !== "file") return undefined;
    if (stored !== undefined) {
      sources.set(content, stored);
      return undefined;
    }
    if (store !== undefined) return "inside";
    const path = pathOf(member.name);
    const size = Math.max(content.size, content.stored);
    if (size > READ_LIMIT && size > readLimit(path)) return undefined;
    if (OBJECTS.test(path)) return (found) => recent.add(path, content, Buffer.from(found));
    if (!keep(path, content.size) || !totals.keeps(content.stored)) return undefined;
    return (found) => void sources.set(content, Buffer.from(found));
  };
  await scanStream(bytes, {
    visit,
    inside: async ({ content }, rest) => store?.add(content, rest.rest(content.stored)),
    mayEndEarly: true,
  });
  return members;
}

/** The last objects of a repository. */
class Recent {
  readonly #objects = new Map<string, { readonly content: Content; readonly bytes: Buffer }>();
  #size = 0;

  add(path: string, content: Content, bytes: Buffer): void {
    this.#remove(path);
    this.#objects.set(path, { content, bytes });
    this.#size += bytes.length;
    for (const oldest of this.#objects.keys()) {
      if (this.#objects.size <= RECENT.count && this.#size <= RECENT.size) break;
      this.#remove(oldest);
    }
  }

  get(path: string): { readonly content: Content; readonly bytes: Buffer } | undefined {
    return this.#objects.get(path);
  }

  #remove(path: string): void {
    this.#size -= this.#objects.get(path)?.bytes.length ?? 0;
    this.#objects.delete(path);
  }
}

/** The path that a stored name has where no link leads elsewhere. */
export function pathOf(name: string): string {
  const path = name.replace(/^(?:\.?\/)*/, "/");
  return /\/\.{0,2}(?:\/|$)/.test(path) ? posix.normalize(path).replace(/(?<=.)\/$/, "") : path;
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: { update(bytes: Buffer): void }): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
