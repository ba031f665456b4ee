/** The largest file that is read, in bytes. What cloud-init and the services read is far smaller. */
export const READ_LIMIT = 32 * 1024 * 1024;

/** Why a file of `size` bytes is not read. */
export function tooLarge(size: number): string {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  return `too large: ${mebibytes(size)}, at most ${mebibytes(READ_LIMIT)} are read`;
}
