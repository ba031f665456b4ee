import type { Loss } from "../lint/finding.ts";
import { type Hunk, shortenHunk } from "./diff.ts";
import type { ImageReport } from "./imageReport.ts";
import type { ReportedFile } from "./reportedFile.ts";

/** Losses by file, in order. */
export function lossesByFile(losses: readonly Loss[]): readonly (readonly Loss[])[] {
  const byPath = new Map<string, Loss[]>();
  for (const loss of losses) {
    const known = byPath.get(loss.path);
    if (known === undefined) byPath.set(loss.path, [loss]);
    else known.push(loss);
  }
  return [...byPath.values()];
}

/**
 * What is lost in one file as diff lines, at most about `limit`: the lines of the file that the boot changes, else the settings'
 * values; [] for a file whose lines must not be shown (a deleted key) or cannot be.
 */
export function lostLines(losses: readonly Loss[], files: ImageReport["files"], limit: number): string[] {
  const file = files[losses[0]?.path ?? ""];
  const code = file?.fate?.code;
  if (code === "deleted" || code === "unknown" || code === "binary") return [];
  return (file && changedLines(losses, file, limit)) ?? shortened(losses.flatMap(settingLines), limit);
}

/** The lines of the file that change at the losses; undefined if none does, since another file overrides them. */
function changedLines(losses: readonly Loss[], { exists, hunks }: ReportedFile, limit: number): string[] | undefined {
  const sign = exists ? "-" : "+";
  const shown = new Map<Hunk, number>();
  for (const { line } of losses)
    for (const hunk of hunks) {
      if (shown.has(hunk)) continue;
      const focus =
        line === null
          ? hunk.lines.findIndex((text) => !text.startsWith(" ") && isContent(text))
          : indexOfLine(hunk, line, sign);
      if (focus === -1) continue;
      shown.set(hunk, focus);
      if (line === null) break;
    }
  const [first] = hunks;
  if (shown.size === 0 && losses.every(({ line }) => line === null) && first !== undefined) shown.set(first, 0);
  if (shown.size === 0) return undefined;
  return shortened(
    [...shown].flatMap(([hunk, focus]) => contentOf(hunk, focus, limit)),
    limit,
  );
}

/** The changed lines of a hunk, shortened around `focus`, without the comments and empty lines among them. */
function contentOf({ lines }: Hunk, focus: number, limit: number): string[] {
  const kept = lines.flatMap((line, index) =>
    index === focus || (isContent(line) && !line.startsWith(" ")) ? [{ line, index }] : [],
  );
  const at = kept.findIndex(({ index }) => index === focus);
  return shortenHunk(
    kept.map(({ line }) => line),
    Math.max(at, 0),
    limit,
  );
}

function shortened(lines: readonly string[], limit: number): string[] {
  const more = lines.length - limit;
  return more > 1 ? [...lines.slice(0, limit), ` … ${more} more lines`] : [...lines];
}

/** Whether a line of a hunk says more than a comment or an empty line. */
function isContent(line: string): boolean {
  return /^[-+ ]\s*[^\s#;]/.test(line);
}

/** The index in a hunk of the removed ("-") or added ("+") line with this number; -1 if there is none. */
function indexOfLine(hunk: Hunk, line: number, sign: "-" | "+"): number {
  let number = sign === "-" ? hunk.oldStart : hunk.newStart;
  return hunk.lines.findIndex((text) => {
    if (!text.startsWith(sign) && !text.startsWith(" ")) return false;
    return number++ === line && text.startsWith(sign);
  });
}

function settingLines({ setting, before, after }: Loss): string[] {
  const lines: string[] = [];
  const oneLine = (text: string) => text.replaceAll("\n", " ");
  const whole = (value: string) => oneLine(setting === null ? value : `${setting} ${value}`);
  if (before !== null) lines.push(`-${whole(before)}`);
  if (after !== null) lines.push(`+${whole(after)}`);
  return lines;
}
