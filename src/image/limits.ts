/** The size limit for a file, in bytes. Everything that cloud-init and the services read is far smaller. */
export const READ_LIMIT = 32 * 1024 * 1024;

/** The size limit for an rpm database, in bytes: 2,000 packages take about 100 MiB. */
const DATABASE_LIMIT = 256 * 1024 * 1024;

/** The size limit for the file at `path`, in bytes. */
export function readLimit(path: string): number {
  return /\/(rpmdb\.sqlite(-wal)?|Packages(\.db)?)$/.test(path) ? DATABASE_LIMIT : READ_LIMIT;
}

/** Why the file at `path`, of `size` bytes, is not read. */
export function tooLarge(path: string, size: number): string {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  return `too large: ${mebibytes(size)}, the limit is ${mebibytes(readLimit(path))}`;
}
