import { createReadStream, fstatSync } from "node:fs";
import type { Readable } from "node:stream";
import { Bytes } from "../../tar/bytes.ts";
import { scanStream } from "../../tar/scan.ts";
import type { Choice } from "../container/choose.ts";
import { isContainer, openContainer } from "../container/open.ts";
import { StreamedLayout } from "../container/streamedLayout.ts";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import type { Keep } from "../keep.ts";
import { Problems } from "../problems.ts";
import { DISK_ADVICE, formatOf, SNIFFED } from "../sniff.ts";
import { Archive } from "./archive.ts";
import { reasonOfStream, unpacked } from "./unpacked.ts";

const NOT_KEPT = "only commonly needed files of a stream are kept; pass the archive as an uncompressed file instead";

/** The number of bytes to read after the end marker, so that the writer can finish and a compressed file's checksum is verified. */
const TAIL_LIMIT = 64 * 1024 * 1024;

/**
 * The root filesystem in an archive that can be read only once, from beginning to end: a compressed file, or standard
 * input for "-". The content of files that `keep` accepts is kept; other files have only their metadata. The archive may
 * also be that of a container image.
 * @throws {ImageError} status 2 for a terminal, 3 if it is not an archive, 4 if it cannot be read completely.
 */
export async function openTarStream(source: string, keep: Keep, choice: Choice = {}): Promise<Image> {
  const isStandardInput = source === "-";
  const name = isStandardInput ? "standard input" : source;
  if (isStandardInput && process.stdin.isTTY)
    throw new ImageError(2, "standard input is a terminal; pipe in a tar archive");
  if (isStandardInput && fstatSync(0).isDirectory())
    throw new ImageError(2, "standard input is a directory; pass its name instead");
  const stream: Readable = isStandardInput ? process.stdin : createReadStream(source, { highWaterMark: 256 * 1024 });
  const problems = new Problems();
  const archive = new Archive(problems);
  const container = new StreamedLayout(keep);
  try {
    const bytes = await decompress(stream, name);
    const isComplete = await scanStream(bytes, {
      visit(member) {
        const path = archive.add(member);
        if (container.concerns(member)) return "inside";
        return path !== undefined && keep(path, member.content.size)
          ? (stored) => archive.keep(member.content, stored)
          : undefined;
      },
      inside: (member, rest) => container.take(member, rest),
    });
    if (!isComplete) problems.add("the archive", "its end-of-archive marker is missing; it may be truncated");
    await bytes.drain(TAIL_LIMIT);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(4, `${name}: the archive cannot be read completely: ${reasonOfStream(error)}`);
  } finally {
    stream.destroy();
  }
  const entries = archive.entries(() => {
    throw new Error(NOT_KEPT);
  });
  const image = { ...imageOf(source, entries, problems), isArchive: true };
  const layout = isContainer(image) ? container.layout(image) : undefined;
  return layout === undefined ? image : openContainer(source, layout, keep, choice);
}

/** The archive's bytes, decompressed if this Node supports the format. @throws {ImageError} */
async function decompress(stream: Readable, name: string): Promise<Bytes> {
  const raw = new Bytes(stream as AsyncIterable<Buffer>);
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
  const bytes = unpacked(raw, format);
  const inner = formatOf(await bytes.peek(SNIFFED));
  if (inner === "tar") return bytes;
  throw new ImageError(3, `${name} is compressed with ${format}, but contains no tar archive`);
}
