import type { FixedFile } from "../lint/fixes/fixAll.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { diffHunks, hideInHunks, unifiedHunks } from "./diff.ts";
import { escapeText, hazards } from "./escape.ts";

/** A file of a patch. */
export interface PatchedFile extends FixedFile {
  /** Its name in the patch, relative to the directory in which the patch is applied. */
  readonly name: string;
  /** The name of the file that is renamed to it. */
  readonly renamesName?: string | undefined;
}

/** A patch, and the paths of the files that it cannot change, since it shows them with hidden or escaped text. */
export interface Patch {
  readonly text: string;
  readonly inexact: readonly string[];
}

/** With fewer lines around changes, a patch is more likely to show nothing that has to be hidden. */
const CONTEXTS = [3, 2, 1, 0];

/** Changes as one unified diff for `patch -p1` and `git apply --unidiff-zero`, without secrets. */
export function patchOf(files: readonly PatchedFile[], secrets: Secrets): Patch {
  const inexact: string[] = [];
  const text = files.map((file) => {
    const { path, before, content, name, renamesName } = file;
    const [from, to] = [quoted(`a/${renamesName ?? name}`), quoted(`b/${name}`)];
    const lines = [`diff --git ${from} ${to}`];
    if (before === null) lines.push("new file mode 100644");
    if (renamesName !== undefined) {
      const likeness = before === content ? 100 : 50;
      lines.push(`similarity index ${likeness}%`, `rename from ${quoted(renamesName)}`, `rename to ${quoted(name)}`);
    }
    if (before !== content) {
      const { hunks, isExact } = shownHunks(before ?? "", content, (one) => secrets.file(path, one));
      if (!isExact) inexact.push(path);
      lines.push(`--- ${before === null ? "/dev/null" : ended(from)}`, `+++ ${ended(to)}`, ...hunks);
    }
    return `${lines.join("\n")}\n`;
  });
  return { text: text.join(""), inexact };
}

/** The lines of all hunks, and whether nothing in them is hidden or escaped. */
function shownHunks(
  before: string,
  after: string,
  hide: (text: string) => string,
): { readonly hunks: readonly string[]; readonly isExact: boolean } {
  const [shownBefore, shownAfter] = [hide(before), hide(after)];
  const shown = CONTEXTS.map((context) => {
    const hunks = diffHunks(before, after, context);
    const lines = unifiedHunks(hideInHunks(hunks, shownBefore, shownAfter)).map(escapeInPatch);
    return { hunks: lines, isExact: JSON.stringify(lines) === JSON.stringify(unifiedHunks(hunks)) };
  });
  return shown.find(({ isExact }) => isExact) ?? shown[0]!;
}

/** A line with escaped hazards, apart from tabs and from a carriage return at its end, without which it would be another line. */
function escapeInPatch(line: string): string {
  const [, text = "", end = ""] = /^(.*?)(\r?)$/s.exec(line) ?? [];
  return `${text
    .split("\t")
    .map((part) => escapeText(part))
    .join("\t")}${end}`;
}

/** A name as git quotes it. */
function quoted(name: string): string {
  const isPlain = !/["\\]/.test(name) && name.search(hazards()) === -1;
  if (isPlain) return name;
  const octal = (text: string) =>
    [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return `"${name.replace(/["\\]/g, "\\$&").replace(hazards(), octal)}"`;
}

/** A name ends at a tab, if it contains blanks. */
function ended(name: string): string {
  return name.includes(" ") ? `${name}\t` : name;
}
