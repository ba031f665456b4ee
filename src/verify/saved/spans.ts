import type { SecretKind } from "../../config/secret.ts";

/** A secret in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: SecretKind;
  readonly value: string;
  /** The line that it is in. */
  readonly line: string;
  /** Whether the line has nothing else. */
  readonly isWholeLine: boolean;
}

const HIDDEN = /<<hidden:(\w+)>>/;

/** Where `shown` hides something of `text`, line by line. */
export function hiddenSpans(text: string, shown: string): Span[] {
  if (shown === text) return [];
  const spans: Span[] = [];
  const lines = shown.split("\n");
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const one = lines[index] ?? "";
    if (one !== line) for (const span of spansOfLine(line, one)) spans.push({ ...span, ...placed(span, line, start) });
    start += line.length + 1;
  }
  return spans;
}

type Found = Pick<Span, "start" | "end" | "kind">;

function placed({ start, end }: Found, line: string, at: number) {
  const isWholeLine = line.slice(0, start).trim() === "" && line.slice(end).trim() === "";
  return { start: at + start, end: at + end, value: line.slice(start, end), line, isWholeLine };
}

/** The text between the visible parts, in their order; the last one is at the end. */
function* spansOfLine(line: string, shown: string): Generator<Found> {
  const [first = "", ...rest] = shown.split(/<<hidden:\w+>>/);
  const kinds = [...shown.matchAll(new RegExp(HIDDEN, "g"))].map(([, kind]) => kind as SecretKind);
  const isUnclear = [first, ...rest].some((part) => part.includes("<<hidden:"));
  if (rest.length === 0 || isUnclear || HIDDEN.test(line)) {
    // Nothing tells which part it is.
    const indent = line.search(/\S/);
    if (indent !== -1) yield { start: indent, end: line.trimEnd().length, kind: kinds[0] ?? "key" };
    return;
  }
  let at = first.length;
  for (const [part, next] of rest.entries()) {
    const isLast = part === rest.length - 1;
    const found = isLast ? line.length - next.length : line.indexOf(next, at + 1);
    const end = found < at ? line.length : found;
    if (end > at) yield { start: at, end, kind: kinds[part]! };
    at = Math.min(line.length, end + next.length);
  }
}
