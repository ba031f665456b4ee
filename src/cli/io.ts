/** Where a command writes, so that the whole command line can be run inside a test. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** All else. */
  err(text: string): void;
  /** Whether results go to a terminal, and its width in columns. */
  readonly terminal: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The columns to fill: those of the terminal, 80 where it does not know them (width 0), 100 where there is none. */
export function columnsOf(columns: number | undefined, isTerminal: boolean): number {
  if (columns !== undefined && columns > 0) return columns;
  return isTerminal ? 80 : 100;
}
