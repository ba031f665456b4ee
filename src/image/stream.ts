import { fstatSync } from "node:fs";
import { isDiskArchive } from "../disk/archive.ts";
import { chunksOfFile } from "../disk/file.ts";
import { openDisksOfStream } from "../disk/open.ts";
import { RemoteError } from "../disk/remote/source.ts";
import { Bytes } from "../tar/bytes.ts";
import { onMachine } from "./disks/machine.ts";
import { openDiskImage } from "./disks/open.ts";
import { type Image, ImageError } from "./image.ts";
import type { Keep } from "./keep.ts";
import type { OpenOptions, Whole } from "./options.ts";
import { reasonOf } from "./reason.ts";
import { formatOf, isCompressed, SNIFFED } from "./sniff.ts";
import { openTarStream } from "./tar/stream.ts";
import { unpacked } from "./tar/unpacked.ts";

/** A bare file system may begin with as many zeros (btrfs); an archive of nothing has fewer. */
const MOST_ZEROS = 64 * 1024;

/**
 * An image that can be read only once, from beginning to end: a compressed file, or standard input for "-". An archive
 * is read as it comes; a disk is stored in a temporary file.
 * @throws {ImageError} status 2 for a terminal, 3 if it is not an image, 4 if it cannot be read completely
 */
export async function openStream(source: string, keep: Keep, options: OpenOptions & Whole): Promise<Image> {
  const isStandardInput = source === "-";
  const name = isStandardInput ? "standard input" : source;
  if (isStandardInput && process.stdin.isTTY)
    throw new ImageError(2, "standard input is a terminal; pipe in a tar archive or a disk image");
  if (isStandardInput && fstatSync(0).isDirectory())
    throw new ImageError(2, "standard input is a directory; pass its name instead");
  // Node's own standard input reads nothing from a block device.
  const file = isStandardInput && fstatSync(0).isBlockDevice() ? "/dev/stdin" : source;
  const chunks: AsyncIterable<Buffer> = file === "-" ? process.stdin : chunksOfFile(file);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    return await openBytes({ [Symbol.asyncIterator]: () => iterator }, { source, name }, keep, options);
  } finally {
    await iterator.return?.();
  }
}

/** What a stream of bytes is called: the image's source, and its name in messages. */
interface StreamNames {
  readonly source: string;
  readonly name: string;
}

/**
 * The same for bytes from anywhere. Whoever gave them closes what they come from.
 * @throws {ImageError} status 3 or 4, and {RemoteError}
 */
export async function openBytes(
  stream: AsyncIterable<Buffer>,
  { source, name }: StreamNames,
  keep: Keep,
  options: OpenOptions & Whole,
): Promise<Image> {
  let what = "it";
  try {
    const { bytes, isArchive } = await contentOf(stream, name);
    what = isArchive ? "the archive" : "the disk";
    if (isArchive) return await openTarStream(source, bytes, keep, options);
    const disks = await openDisksOfStream(bytes.rest(), options);
    return onMachine([disks], (machine) => openDiskImage(source, machine, options.root));
  } catch (error) {
    if (error instanceof ImageError || error instanceof RemoteError) throw error;
    throw new ImageError(4, `${name}: ${what} cannot be read completely: ${reasonOf(error)}`);
  }
}

/** What a stream holds: an archive of a root file system, or a disk of any kind. */
interface StreamContent {
  /** Decompressed. */
  readonly bytes: Bytes;
  readonly isArchive: boolean;
}

/** @throws {ImageError} if it is neither */
async function contentOf(stream: AsyncIterable<Buffer>, name: string): Promise<StreamContent> {
  const raw = new Bytes(stream);
  const format = formatOf(await raw.peek(SNIFFED));
  if (!isCompressed(format)) {
    const isArchive = await holdsArchive(raw);
    if (isArchive !== undefined) return { bytes: raw, isArchive };
    if (format === "empty") throw new ImageError(3, `${name} is empty`);
    const advice =
      name === "standard input"
        ? "must be an archive or a disk image; name user-data with --stdin-filename"
        : "is no image";
    throw new ImageError(3, `${name} ${advice}`);
  }
  // No disk is too regular: it may be nearly empty.
  const limit = { isOn: true };
  const bytes = unpacked(raw, format, () => limit.isOn);
  const isArchive = await holdsArchive(bytes);
  if (isArchive === undefined)
    throw new ImageError(3, `${name} is compressed with ${format}, but contains no tar archive or disk image`);
  limit.isOn = isArchive;
  return { bytes, isArchive };
}

/** Whether a stream is an archive of a root; false for what may be a disk, undefined for neither. */
async function holdsArchive(bytes: Bytes): Promise<boolean | undefined> {
  const head = await bytes.peek(SNIFFED);
  switch (formatOf(head)) {
    case "tar":
      return !isDiskArchive(head);
    case "empty":
      return (await bytes.peek(MOST_ZEROS)).length === MOST_ZEROS ? false : undefined;
    case "other":
      return head.includes(0) ? false : undefined;
    default:
      return false;
  }
}
