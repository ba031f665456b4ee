import { type Image, readText } from "../image/image.ts";

/** One line of a text file, without its line end. `number` counts from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** Longer lines are cut here: none that a person wrote comes near, and it bounds what a hostile one can cost. */
const LINE_LIMIT = 256 * 1024;

/** The lines of a text file; [] when there is no such file. LF and CRLF end a line. */
export function readLines(image: Image, path: string): Line[] {
  const text = readText(image, path);
  return text === undefined ? [] : linesOf(text);
}

export function linesOf(text: string): Line[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => ({
    text: (line.endsWith("\r") ? line.slice(0, -1) : line).slice(0, LINE_LIMIT),
    number: index + 1,
  }));
}

/** The lines that say something: blank ones and those whose first character is one of `marks` are left out; trimmed. */
export function readStatements(image: Image, path: string, marks = "#"): Line[] {
  return statementsIn(readLines(image, path), marks);
}

/** The lines of these that say something, as `readStatements` gives them. */
export function statementsIn(lines: readonly Line[], marks: string): Line[] {
  return lines
    .map(({ text, number }) => ({ text: text.trim(), number }))
    .filter(({ text }) => text !== "" && !marks.includes(text[0]!));
}

/** The words between white space. A placeholder such as `<<unknown:the host name>>` stays whole, blanks and all. */
export function words(text: string): string[] {
  return text.match(/(?:<<unknown:(?:(?!>>).){0,400}>>|\S)+/gs) ?? [];
}

/** The fields between colons, a placeholder again staying whole. */
export function fields(text: string): string[] {
  if (!text.includes("<<unknown:")) return text.split(":");
  const masked = text.replace(/<<unknown:(?:(?!>>).){0,400}>>/gs, (placeholder) => placeholder.replaceAll(":", "\0"));
  return masked.split(":").map((field) => field.replaceAll("\0", ":"));
}
