/** Where a command writes. Tests pass their own to run the whole command line. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** Whether results go to a terminal, and its width in columns. */
  readonly terminal: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The width of standard error in columns if it is a terminal, to show progress there. */
  readonly progressColumns?: number | undefined;
  /** The file that holds the whole program, for threads; without it, there is only this thread. */
  readonly program?: string | undefined;
}

/** The width of the output in columns: the terminal's, 80 if the terminal does not know it (width 0), 100 without one. */
export function columnsOf(columns: number | undefined, isTerminal: boolean): number {
  if (columns !== undefined && columns > 0) return columns;
  return isTerminal ? 80 : 100;
}

/** Whether to use colour: NO_COLOR and FORCE_COLOR decide as their conventions say; otherwise only on a terminal. */
export function wantsColor(when: "auto" | "always" | "never", io: Io): boolean {
  if (when !== "auto") return when === "always";
  if (io.env.NO_COLOR) return false;
  if (io.env.FORCE_COLOR) return io.env.FORCE_COLOR !== "0";
  return io.terminal && io.env.TERM !== "dumb";
}
