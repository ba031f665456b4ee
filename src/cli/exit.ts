import { shownName } from "../disk/remote/https/shownUrl.ts";
import { escapeText } from "../report/escape.ts";

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

/** From the status that counts most. */
const WORST_FIRST: readonly number[] = [EXIT.fault, EXIT.usage, EXIT.nothing, EXIT.incomplete, EXIT.findings];

/** The exit status of a run whose parts end with these. */
export function worstStatus(statuses: readonly number[]): number {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? EXIT.clean;
}

/** Ends a command with a message on standard error and an exit status. */
export class CommandError extends Error {
  readonly status: number;
  /** Messages after the first one. */
  readonly others: readonly string[];
  constructor(status: number, message: string, others: readonly string[] = []) {
    super(message);
    this.status = status;
    this.others = others;
  }
}

/** Any error as an exit status and a line for standard error, escaped. @param about the image that it concerns */
export function failureOf(error: unknown, about?: string): { readonly status: number; readonly message: string } {
  const line = (text: string) => `cloud-init-lint: ${escapeText(text)}\n`;
  if (error instanceof CommandError)
    return { status: error.status, message: [error.message, ...error.others].map(line).join("") };
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === "uv_cwd")
    return { status: EXIT.usage, message: line("the working directory no longer exists") };
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const bug = line(
    `${about === undefined ? "" : `${shownName(about)}: `}this is a bug, please report it: ${name}: ${message}`,
  );
  const isDebug = Boolean(process.env.CLOUD_INIT_LINT_DEBUG) && stack !== undefined;
  return { status: EXIT.fault, message: isDebug ? `${bug}${escapeText(stack, { keepNewlines: true })}\n` : bug };
}
