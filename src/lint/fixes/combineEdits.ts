import { diffArrays } from "diff";
import { parentOf } from "../../image/writeLog.ts";
import type { FileEdit, Fix } from "../finding.ts";
import { addToConfig } from "./addToConfig.ts";

/** What edits apply to. Paths are those of FileEdit. */
export interface EditedFiles {
  /** The bytes of a file; undefined if it does not exist or cannot be read. */
  read(path: string): Buffer | undefined;
  /** The path with its links resolved, so that two names of one file are the same; the last component only if `follow` is true. */
  canonical(path: string, follow: boolean): string;
}

/** A file while edits are combined: its text before all of them, and after those so far; undefined if it does not exist then. */
interface State {
  readonly base: string | undefined;
  text: string | undefined;
  renames?: string;
}

/** Limits the comparison of two texts; beyond it the whole text counts as replaced. */
const MOST_CHANGED_LINES = 2000;

/**
 * The edits, with all that is added to drop-ins in the last one of its directory: a fragment that would do in an earlier one wins
 * there as well.
 */
function inLastDropIn(edits: readonly FileEdit[]): FileEdit[] {
  const last = new Map<string, FileEdit>();
  for (const edit of edits.filter(({ config }) => config !== undefined)) {
    const directory = parentOf(edit.path);
    if (edit.path > (last.get(directory)?.path ?? "")) last.set(directory, edit);
  }
  return edits.map((edit) => {
    const other = edit.config === undefined ? undefined : last.get(parentOf(edit.path));
    return other === undefined ? edit : { ...edit, path: other.path };
  });
}

/**
 * The edits of several fixes as one edit for each file, in the order of their first edit. Changes of different lines of a file
 * are joined.
 * @returns the reason, as the end of a sentence that begins with the last fix, if its edits contradict those of an earlier one
 */
export function combineEdits(fixes: readonly Fix[], files: EditedFiles): FileEdit[] | string {
  const states = new Map<string, State>();
  const stateOf = (path: string): State | string => {
    const known = states.get(path);
    if (known !== undefined) return known;
    const bytes = files.read(path);
    const base = bytes?.toString("utf8");
    // The text would be written with replacement characters.
    if (bytes !== undefined && !Buffer.from(base ?? "").equals(bytes)) return `${path} is not UTF-8`;
    const state: State = { base, text: base };
    states.set(path, state);
    return state;
  };
  for (const edit of inLastDropIn(fixes.flatMap(({ edits }) => edits))) {
    const conflict = edit.renames === undefined ? change(edit, stateOf, files) : rename(edit, states, files);
    if (conflict !== undefined) return conflict;
  }
  return [...states].flatMap(([path, { base, text, renames }]) => {
    if (text === undefined || (text === base && renames === undefined)) return [];
    return [{ path, content: text, ...(renames === undefined ? {} : { renames }) }];
  });
}

function change(
  { path: named, content, config }: FileEdit,
  stateOf: (path: string) => State | string,
  files: EditedFiles,
): string | undefined {
  const path = files.canonical(named, true);
  const state = stateOf(path);
  if (typeof state === "string") return state;
  const { base, text } = state;
  if (config === undefined && text === content) return undefined;
  const instead = () => (text === base ? content : mergeTexts(base, text, content));
  const both = config === undefined ? instead() : addToConfig(text, config);
  if (both === undefined) return `it changes the same lines of ${path}`;
  state.text = both;
  return undefined;
}

function rename(
  { path, content, renames = path }: FileEdit,
  states: Map<string, State>,
  files: EditedFiles,
): string | undefined {
  const [from, to] = [files.canonical(renames, false), files.canonical(path, false)];
  if (states.get(to)?.renames === from) return undefined;
  const taken = [from, to].find((one) => states.has(one));
  if (taken !== undefined) return `it renames ${from} to ${to}, and another fix changes ${taken}`;
  states.set(from, { base: content, text: undefined });
  states.set(to, { base: undefined, text: content, renames: from });
  return undefined;
}

/** Lines that replace the lines `from` to `to` (exclusive) of a text. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** A text with the changes of two others; undefined if both change the same or adjacent lines, in different ways. */
function mergeTexts(base: string | undefined, one: string | undefined, other: string): string | undefined {
  if (base === undefined || one === undefined) return undefined;
  const lines = splitLines(base);
  const [ours, theirs] = [pieces(lines, one), pieces(lines, other)];
  if (ours === undefined || theirs === undefined) return undefined;
  const known = new Set(ours.map((piece) => JSON.stringify(piece)));
  const added = theirs.filter((piece) => !known.has(JSON.stringify(piece)));
  const all = [...ours, ...added].sort((a, b) => a.from - b.from || a.to - b.to);
  const merged: string[] = [];
  let at = 0;
  for (const [index, { from, to, lines: instead }] of all.entries()) {
    if (index > 0 && from <= at && !isApart(all[index - 1]!, from)) return undefined;
    merged.push(...lines.slice(at, from), ...instead);
    at = to;
  }
  merged.push(...lines.slice(at));
  return merged.join("");
}

/** Whether a piece ends where the next one begins, so that their order is certain: lines of both are replaced. */
function isApart(before: Piece, from: number): boolean {
  return before.to === from && before.to > before.from && before.lines.at(-1)?.endsWith("\n") !== false;
}

/** How a text differs from the lines of another. */
function pieces(lines: string[], text: string): Piece[] | undefined {
  const parts = diffArrays(lines, splitLines(text), { maxEditLength: MOST_CHANGED_LINES });
  if (parts === undefined) return undefined;
  const found: Piece[] = [];
  let at = 0;
  let open: { from: number; to: number; lines: string[] } | undefined;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      if (open !== undefined) found.push(open);
      open = undefined;
      at += value.length;
      continue;
    }
    open ??= { from: at, to: at, lines: [] };
    if (added) open.lines.push(...value);
    else {
      at += value.length;
      open.to = at;
    }
  }
  if (open !== undefined) found.push(open);
  return found;
}

/** The lines of a text, each with its line break. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
