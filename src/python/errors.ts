import type { Origin } from "../image/origin.ts";

/**
 * The real Python code raises here. Its earlier changes stay; its caller in cloud-init decides what stops: a part of
 * user-data, a module, a stage. The message says what is wrong.
 */
export class Raises extends Error {
  /** The line that makes it raise; undefined if the code that raises does not know it. */
  origin: Origin | undefined;

  constructor(message?: string, origin?: Origin) {
    super(message);
    this.origin = origin;
  }
}

/** Runs what `origin` requests: an error inside that has no line of its own gets this one. */
export function raisingAt<T>(origin: Origin, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Raises) error.origin ??= origin;
    throw error;
  }
}

/**
 * What the real code does here is not known, not simulated or too expensive to simulate. The message is the reason.
 * It is never a failure of cloud-init.
 */
export class CannotTell extends Error {}
