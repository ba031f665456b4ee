import type { Colors, Formatter } from "picocolors/types.js";
import type { BootResult } from "../boot/boot.ts";
import type { Image, Stat } from "../image/image.ts";
import type { Change } from "../image/overlay.ts";
import { unknownReason } from "../image/unknown.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { diffHunks, hideInHunks, isBinary, paintDiff } from "./diff.ts";
import { escapeProse, linesOf } from "./escape.ts";
import { hanging } from "./width.ts";

/** The number of lines of a new file or diff that are shown by default. */
const SHOWN_LINES = 40;
/** A plan shows whole lines, however narrow the terminal, and cuts only extremely long ones. */
const LINE_WIDTH = 1000;

/** One change of a plan: what happens to which file, the lines of configuration that cause it, and the diff. */
export function changeBlock(
  change: Change,
  booted: BootResult,
  secrets: Secrets,
  verbose: boolean,
  style: Colors,
  width: number,
): string[] {
  const { path, op, certainty, after, blames } = change;
  const last = blames.filter((blame) => blame.module === blames.at(-1)?.module);
  const causes = [...new Set(last.map(({ cause }) => `${cause.path}:${cause.line}`))].join(", ");
  const facts = secrets.text(describe(change, booted.before.lstat(path)).join(", "));
  const verb = certainty === "possible" ? "may change" : op;
  const text = `${path}${facts === "" ? "" : ` (${facts})`} because of ${causes}`;
  const head = hanging(`${verb} `, escapeProse(text), width, paintOf(verb, style));
  const lines = after?.kind === "file" ? diffOf(path, after.content, booted.before, secrets) : [];
  const shown = verbose ? lines : lines.slice(0, SHOWN_LINES);
  const more = lines.length - shown.length;
  return [
    ...head,
    ...paintDiff(shown, style, LINE_WIDTH).map((line) => `  ${line}`),
    ...(more > 0 ? [style.dim(`  … ${more} more ${more === 1 ? "line" : "lines"}`)] : []),
  ];
}

/** The facts of a change besides its diff. */
function describe({ after, reason }: Change, before: Stat | undefined): string[] {
  if (reason !== undefined) return [reason];
  if (after === undefined || after.kind === "directory") return [];
  const facts = before === undefined || before.kind === after.kind ? [] : [`replaces a ${before.kind}`];
  if (after.kind === "symlink") return [...facts, `link to ${after.target}`];
  const was = before ?? { mode: 0o644, uid: 0, gid: 0 };
  if (after.mode !== was.mode) facts.push(`mode ${after.mode.toString(8).padStart(4, "0")}`);
  if (after.uid !== was.uid || after.gid !== was.gid) facts.push(`owner ${after.uid}:${after.gid}`);
  const text = after.content.toString();
  const unknown = unknownReason(text);
  if (unknown !== undefined) facts.push(`its content is unknown: ${unknown}`);
  else if (isBinary(text)) facts.push("binary content");
  else if (text === "") facts.push("empty");
  return facts;
}

/** The diff of a file, with masked secrets; [] if it would say nothing (binary or unknown content). */
function diffOf(path: string, content: Buffer, image: Image, secrets: Secrets): string[] {
  const before = image.lstat(path)?.kind === "file" ? image.read(path)?.toString() : undefined;
  const after = content.toString();
  if (unknownReason(after) !== undefined || isBinary(before ?? "") || isBinary(after)) return [];
  const shown = secrets.file(path, after);
  if (before === undefined) return linesOf(shown).map((line) => `+${line}`);
  return hideInHunks(diffHunks(before, after, 3), secrets.file(path, before), shown).flatMap(
    ({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ],
  );
}

function paintOf(verb: string, style: Colors): Formatter {
  if (verb === "created") return style.green;
  return verb === "deleted" ? style.red : style.yellow;
}
