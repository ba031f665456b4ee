/** Exit statuses: what a build script may rely on. */
export const EXIT = {
  clean: 0,
  findings: 1,
  usage: 2,
  /** No such image, or no cloud-init in it: a wrong path must never pass. */
  nothing: 3,
  /** The image could not be read whole. */
  incomplete: 4,
  /** A fault of ours. */
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
