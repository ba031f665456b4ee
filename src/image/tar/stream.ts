import { createReadStream, fstatSync } from "node:fs";
import { pipeline, type Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Bytes } from "../../tar/bytes.ts";
import { BLOCK, Block, TarError } from "../../tar/header.ts";
import { readMembers } from "../../tar/readMembers.ts";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import { Problems } from "../problems.ts";
import { DISK_ADVICE, type Format, formatOf, SNIFFED } from "../sniff.ts";
import { Archive } from "./archive.ts";

/** Whether to keep the bytes of the file at `path`, `size` of them, while they stream by. */
export type Keep = (path: string, size: number) => boolean;

const NOT_KEPT = "only commonly needed files of a stream are kept; pass the archive as an uncompressed file instead";

/** The number of bytes to read after the end marker, so that the writer can finish and a compressed file's checksum is verified. */
const TAIL_LIMIT = 64 * 1024 * 1024;
/** The maximum compression ratio after the first GiB; no image is that regular. */
const RATIO_LIMIT = 300;

/**
 * The root filesystem in an archive that can be read only once, from beginning to end: a compressed file, or standard
 * input for "-". The content of files that `keep` accepts is kept; other files have only their metadata.
 * @throws {ImageError} status 2 for a terminal, 3 if it is not an archive, 4 if it cannot be read completely.
 */
export async function openTarStream(source: string, keep: Keep): Promise<Image> {
  const isStandardInput = source === "-";
  const name = isStandardInput ? "standard input" : source;
  if (isStandardInput && process.stdin.isTTY)
    throw new ImageError(2, "standard input is a terminal; pipe in a tar archive");
  if (isStandardInput && fstatSync(0).isDirectory())
    throw new ImageError(2, "standard input is a directory; pass its name instead");
  const stream: Readable = isStandardInput ? process.stdin : createReadStream(source, { highWaterMark: 256 * 1024 });
  const problems = new Problems();
  const archive = new Archive(problems);
  try {
    const bytes = await decompress(stream, name);
    if (!(await scan(bytes, archive, keep)))
      problems.add("the archive", "its end-of-archive marker is missing; it may be truncated");
    await bytes.drain(TAIL_LIMIT);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(4, `${name}: the archive cannot be read completely: ${reasonOf(error)}`);
  } finally {
    stream.destroy();
  }
  const entries = archive.entries(() => {
    throw new Error(NOT_KEPT);
  });
  return imageOf(source, entries, problems);
}

async function scan(bytes: Bytes, archive: Archive, keep: Keep): Promise<boolean> {
  const memory = new ArrayBuffer(BLOCK);
  const block = new Block(memory);
  const steps = readMembers((member) => {
    const path = archive.add(member);
    return path !== undefined && keep(path, member.content.size)
      ? (stored) => archive.keep(member.content, stored)
      : undefined;
  });
  let position = 0;
  let step = steps.next();
  while (!step.done) {
    const request = step.value;
    const { at, length } = typeof request === "number" ? { at: request, length: BLOCK } : request;
    if (!bytes.skipNow(at - position)) await bytes.skip(at - position);
    const taken = bytes.takeNow(length) ?? (await bytes.take(length));
    position = at + taken.length;
    if (typeof request !== "number") step = steps.next(taken);
    else step = steps.next(taken.copy(block.bytes) === BLOCK ? block : new Block(memory, 0, taken.length));
  }
  return step.value;
}

/** The archive's bytes, decompressed if this Node supports the format. @throws {ImageError} */
async function decompress(stream: Readable, name: string): Promise<Bytes> {
  const raw = new Bytes(stream);
  const format = formatOf(await raw.peek(SNIFFED));
  switch (format) {
    case "tar":
      return raw;
    case "empty":
      throw new ImageError(3, `${name} is empty`);
    case "disk":
      throw new ImageError(3, `${name} ${DISK_ADVICE}`);
    case "other":
      throw new ImageError(
        3,
        `${name} ${name === "standard input" ? "must be a tar archive; pass user-data as a file" : "is not a tar archive"}`,
      );
  }
  const transform = decompressor(format);
  if (transform === undefined) {
    const file = name === "standard input" ? "" : ` ${name}`;
    throw new ImageError(2, `${name} is compressed with ${format}; use ${format} -dc${file} | cloud-init-lint -`);
  }
  const all = raw.rest();
  pipeline(all, transform, () => {});
  const bytes = new Bytes(transform, (total) => {
    if (total > 2 ** 30 && total > RATIO_LIMIT * transform.bytesWritten)
      throw new TarError(`it expands to more than ${RATIO_LIMIT} times its size, which no image does`);
  });
  const inner = formatOf(await bytes.peek(SNIFFED));
  if (inner === "tar") return bytes;
  throw new ImageError(3, `${name} is compressed with ${format}, but contains no tar archive`);
}

function decompressor(format: Format): (Transform & { readonly bytesWritten: number }) | undefined {
  const options = { chunkSize: 256 * 1024 };
  if (format === "gzip") return zlib.createGunzip(options);
  // Node 22.15 and later.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: typeof zlib.createGunzip };
  return format === "zstd" ? createZstdDecompress?.(options) : undefined;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return "its compressed data is truncated";
  if (code?.startsWith("Z_") || code?.startsWith("ZSTD_")) return `its compressed data is damaged (${message})`;
  return message;
}
