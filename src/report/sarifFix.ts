import type { ArtifactChange, Fix, Replacement } from "sarif";
import { linesOf } from "./escape.ts";
import type { ImageReport, ReportedEdit, ReportedFix } from "./imageReport.ts";
import { relativeUri } from "./sarifUri.ts";
import { shownPlace } from "./shownPlace.ts";

/** The largest fix that is included, in characters; other reports show larger ones. */
export const LARGEST_FIX = 10_000;

/**
 * A safe fix as edits of files in the repository, or under the image's path. Undefined for a fix that a program could not apply:
 * one with a masked secret, a rename, or a file of the repository that differs from the image's.
 */
export function sarifFix({ files }: ImageReport, { safe, edits }: ReportedFix): Fix | undefined {
  const changes = safe ? edits.map((edit) => artifactChange(files, edit)) : [];
  const whole = changes.filter((change) => change !== undefined);
  if (whole.length === 0 || whole.length < changes.length) return undefined;
  const names = edits.map(({ path }) => path).join(", ");
  return { description: { text: `Edits ${names.replace(/[{}]/g, "$&$&")}` }, artifactChanges: whole };
}

function artifactChange(files: ImageReport["files"], edit: ReportedEdit): ArtifactChange | undefined {
  const { path, content, diff, renames } = edit;
  if (renames !== null || diff.length > LARGEST_FIX || diff.includes("<<hidden:")) return undefined;
  const own = files[path]?.repository ?? null;
  if (own !== null && own.lines.join("\n") !== files[path]?.lines?.join("\n")) return undefined;
  const replacements = content === null ? replacementsOf(diff) : [insertion(content)];
  if (replacements.length === 0) return undefined;
  const uri = relativeUri(shownPlace({ files }, undefined, { path, line: null }).path);
  return { artifactLocation: { uri }, replacements };
}

function insertion(text: string): Replacement {
  return {
    deletedRegion: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    insertedContent: { text },
  };
}

const NO_NEWLINE = "\\ No newline at end of file";

/** The runs of removed and added lines of a unified diff. */
function replacementsOf(diff: string): Replacement[] {
  const replacements: Replacement[] = [];
  const lines = linesOf(diff).slice(2);
  let number = 1;
  for (let index = 0; index < lines.length; ) {
    const header = /^@@ -(\d+),(\d+) /.exec(lines[index]!);
    if (header !== null) {
      // An empty range begins at the line before it.
      number = Number(header[1]) + (header[2] === "0" ? 1 : 0);
      index++;
      continue;
    }
    if (!/^[-+]/.test(lines[index]!)) {
      if (lines[index]!.startsWith(" ")) number++;
      index++;
      continue;
    }
    const removed: string[] = [];
    const added: string[] = [];
    let [isOldEnd, isNewEnd] = [false, false];
    for (let sign = ""; index < lines.length && /^[-+\\]/.test(lines[index]!); index++) {
      const line = lines[index]!;
      if (line === NO_NEWLINE) {
        if (sign === "-") isOldEnd = true;
        else isNewEnd = true;
        continue;
      }
      sign = line.charAt(0);
      (sign === "-" ? removed : added).push(line.slice(1));
    }
    const next = number + removed.length;
    const end = isOldEnd
      ? { endLine: next - 1, endColumn: (removed.at(-1)?.length ?? 0) + 1 }
      : { endLine: next, endColumn: 1 };
    const text = added.join("\n") + (added.length > 0 && !isNewEnd ? "\n" : "");
    replacements.push({
      deletedRegion: { startLine: number, startColumn: 1, ...end },
      ...(text === "" ? {} : { insertedContent: { text } }),
    });
    number = next;
  }
  return replacements;
}
