import { linesOf } from "./escape.ts";
import type { ImageReport, ReportedEdit, ReportedFix } from "./imageReport.ts";

type Files = ImageReport["files"];

/** What an edit does to which file, such as `change /etc/hosts`; not escaped. */
export function editTitle({ path, renames }: ReportedEdit, files: Files): string {
  if (renames !== null) return `rename ${renames.path} to ${path}`;
  return `${files[path]?.exists ? "change" : "add"} ${path}`;
}

/** A fix in one line, such as `change /etc/x.cfg: ssh_pwauth: false`, with what an unsafe one costs; not escaped. */
export function fixHeadline({ edits, safe, why }: ReportedFix, files: Files): string {
  const [edit] = edits;
  if (edit === undefined) return "";
  const line = edit.renames === null ? firstLine(edit) : undefined;
  const more = edits.length === 1 ? "" : ` (and ${edits.length - 1} more ${edits.length === 2 ? "file" : "files"})`;
  const cost = safe ? "" : ` (unsafe${why === null ? "" : `: ${why}`})`;
  return `${editTitle(edit, files)}${line === undefined ? "" : `: ${line}`}${more}${cost}`;
}

/** The first line, comments excepted, that an edit adds; if it only removes lines, the first of them. */
function firstLine({ content, diff }: ReportedEdit): string | undefined {
  const [removed, added] = ["-", "+"].map((sign) =>
    linesOf(diff)
      .slice(2)
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1)),
  ) as [string[], string[]];
  const isContent = (line: string) => /^\s*[^\s#]/.test(line);
  const lines = content === null ? added : linesOf(content);
  const line = (lines.find(isContent) ?? lines[0])?.trim();
  if (line !== undefined) return line;
  const lost = (removed.find(isContent) ?? removed[0])?.trim();
  return lost === undefined ? undefined : `remove ${lost}`;
}
