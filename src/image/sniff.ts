import { closeSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { isHeader } from "./tar/header.ts";

/** What bytes are: a tar archive, compressed bytes, a disk, nothing at all, or something else. */
export type Format = "tar" | "gzip" | "zstd" | "xz" | "bzip2" | "disk" | "empty" | "other";

/** How many first bytes tell what a file is. */
export const SNIFFED = 4096;

/** What a user can do with a disk, which is not read. */
export const DISK_ADVICE = "is the image of a disk: mount it and name the directory of its root";

/** Where the images of disks and filesystems have their marks: qcow2, VMDK, VHDX, XFS, squashfs, boot sector, ext4. */
const DISK_MARKS: readonly (readonly [offset: number, mark: string])[] = [
  [0, "QFI\xfb"],
  [0, "KDMV"],
  [0, "vhdxfile"],
  [0, "XFSB"],
  [0, "hsqs"],
  [510, "\x55\xaa"],
  [1080, "\x53\xef"],
];

/** What bytes are by the first of them, SNIFFED where there are as many. */
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
  // An archive without members begins with its end, a block of zeros.
  return block.equals(Buffer.alloc(512)) ? "empty" : "other";
}

/** A file's first bytes, from which `formatOf` and `isArchive` judge. @throws what the file system says. */
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
 * Whether the bytes that begin with `head` are an archive rather than a text, which may be compressed with gzip too
 * (user-data is). Nobody compresses user-data with the other programs.
 */
export function isArchive(head: Buffer): boolean {
  const format = formatOf(head);
  if (format !== "gzip") return format !== "other" && (format !== "empty" || head.length > 0);
  const inside = gunzipHead(head);
  // Compressed nothing is what a tar leaves that failed.
  return inside !== undefined && formatOf(inside) !== "other";
}

/** What the first bytes of a gzip file hold; undefined when they are damaged. */
function gunzipHead(head: Buffer): Buffer | undefined {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
