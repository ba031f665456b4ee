/** Blocks of a file that lie side by side on the disk, or do not exist there. */
export interface Run {
  /** Where the first lies; undefined if they are zeros: a hole, or reserved and not written. */
  readonly start: number | undefined;
  /** How many there are; Infinity after the last one that exists. */
  readonly count: number;
}

/** Where a file's blocks are: the run that begins with this one. @throws {DiskError} if that cannot be read */
export type BlockMap = (block: number) => Run;
