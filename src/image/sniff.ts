import { constants, gunzipSync } from "node:zlib";
import { type Compression, compressionOf } from "../disk/compression/compression.ts";
import { headOfFile } from "../disk/file.ts";
import { isHeader } from "../tar/header.ts";

/** The format of some bytes: a tar archive, compressed data, a disk image, empty, or something else. */
export type Format = "tar" | Compression | "disk" | "empty" | "other";

/** The number of bytes needed to detect a format. */
export const SNIFFED = 4096;

/** The magic numbers of disk and filesystem images: qcow2, VMDK, VHDX, VDI, XFS, squashfs, boot sector, ext4. */
const DISK_MARKS: readonly (readonly [offset: number, mark: string])[] = [
  [0, "QFI\xfb"],
  [0, "KDMV"],
  [0, "vhdxfile"],
  [64, "\x7f\x10\xda\xbe"],
  [0, "XFSB"],
  [0, "hsqs"],
  [510, "\x55\xaa"],
  [1080, "\x53\xef"],
];

/** The beginning of the text that describes a VMDK in several files. */
const DESCRIPTOR = [0, "# Disk DescriptorFile"] as const;

/** The format of data by its first bytes: SNIFFED of them, or all if there are fewer. */
export function formatOf(head: Buffer): Format {
  if (head.length === 0) return "empty";
  const compression = compressionOf(head);
  if (compression !== undefined) return compression;
  const block = head.subarray(0, 512);
  if (isHeader(block)) return "tar";
  const hasMark = ([offset, mark]: readonly [offset: number, mark: string]) =>
    head.toString("latin1", offset, offset + mark.length) === mark;
  if ((head.includes(0) && DISK_MARKS.some(hasMark)) || hasMark(DESCRIPTOR)) return "disk";
  // An archive without members begins with its end marker, a block of zeros.
  return block.equals(Buffer.alloc(512)) ? "empty" : "other";
}

/** Whether something is compressed as a whole. */
export function isCompressed(format: Format): format is Compression {
  return format === "gzip" || format === "zstd" || format === "xz" || format === "bzip2";
}

/** A file's first bytes, for `formatOf` and `isArchive`. @throws the file system's error. */
export function readHead(path: string): Buffer {
  return headOfFile(path, SNIFFED);
}

/**
 * Whether data that begins with `head` is an archive rather than text. Text may be compressed with gzip, as user-data
 * often is, but not with the other programs.
 */
export function isArchive(head: Buffer): boolean {
  const format = formatOf(head);
  if (format !== "gzip") return format !== "other" && (format !== "empty" || head.length > 0);
  const inside = gunzipHead(head);
  // A failed tar leaves compressed data that is empty.
  return inside !== undefined && (formatOf(inside) !== "other" || inside.includes(0));
}

/** The decompressed first bytes of a gzip file; undefined if they are damaged. */
function gunzipHead(head: Buffer): Buffer | undefined {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
