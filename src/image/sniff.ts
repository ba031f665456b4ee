import { closeSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { isHeader } from "../tar/header.ts";

/** The format of some bytes: a tar archive, compressed data, a disk image, empty, or something else. */
export type Format = "tar" | "gzip" | "zstd" | "xz" | "bzip2" | "disk" | "empty" | "other";

/** The number of bytes needed to detect a format. */
export const SNIFFED = 4096;

/** Advice for a disk image, which is not supported. */
export const DISK_ADVICE = "is a disk image; mount it and pass its root directory";

/** The magic numbers of disk and filesystem images: qcow2, VMDK, VHDX, XFS, squashfs, boot sector, ext4. */
const DISK_MARKS: readonly (readonly [offset: number, mark: string])[] = [
  [0, "QFI\xfb"],
  [0, "KDMV"],
  [0, "vhdxfile"],
  [0, "XFSB"],
  [0, "hsqs"],
  [510, "\x55\xaa"],
  [1080, "\x53\xef"],
];

/** The format of data by its first bytes: SNIFFED of them, or all if there are fewer. */
export function formatOf(head: Buffer): Format {
  if (head.length === 0) return "empty";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.length >= 4 && head.readUInt32BE() === 0x28b52ffd) return "zstd";
  if (head.subarray(0, 6).equals(Buffer.from("\xfd7zXZ\0", "latin1"))) return "xz";
  if (/^BZh[1-9]$/.test(head.toString("latin1", 0, 4))) return "bzip2";
  const block = head.subarray(0, 512);
  if (isHeader(block)) return "tar";
  const hasMark = ([offset, mark]: (typeof DISK_MARKS)[number]) =>
    head.toString("latin1", offset, offset + mark.length) === mark;
  if (head.includes(0) && DISK_MARKS.some(hasMark)) return "disk";
  // An archive without members begins with its end marker, a block of zeros.
  return block.equals(Buffer.alloc(512)) ? "empty" : "other";
}

/** A file's first bytes, for `formatOf` and `isArchive`. @throws the file system's error. */
export function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(SNIFFED);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
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
  return inside !== undefined && formatOf(inside) !== "other";
}

/** The decompressed first bytes of a gzip file; undefined if they are damaged. */
function gunzipHead(head: Buffer): Buffer | undefined {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
