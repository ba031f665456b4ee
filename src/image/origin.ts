/** A place in a file. `line` and `column` count from 1. */
export interface Origin {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}
