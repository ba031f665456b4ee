/** The largest file that is read, in bytes. What cloud-init and the services read is far smaller. */
export const READ_LIMIT = 32 * 1024 * 1024;

/** The largest database of rpm that is read: one of 2,000 packages takes some 100 MiB. */
const DATABASE_LIMIT = 256 * 1024 * 1024;

/** The largest size that the file at `path` is read with, in bytes. */
export function readLimit(path: string): number {
  return /\/(rpmdb\.sqlite(-wal)?|Packages(\.db)?)$/.test(path) ? DATABASE_LIMIT : READ_LIMIT;
}

/** Why the file at `path`, of `size` bytes, is not read. */
export function tooLarge(path: string, size: number): string {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  return `too large: ${mebibytes(size)}, at most ${mebibytes(readLimit(path))} are read`;
}
