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
