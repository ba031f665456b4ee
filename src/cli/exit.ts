/** Exit statuses, which build scripts can rely on. */
export const EXIT = {
  clean: 0,
  findings: 1,
  usage: 2,
  /** The image does not exist or contains no cloud-init: a wrong path must never pass. */
  nothing: 3,
  /** The image could not be read completely. */
  incomplete: 4,
  /** A bug in this program. */
  fault: 70,
} as const;

/** Ends a command with a message on standard error and an exit status. */
export class CommandError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
