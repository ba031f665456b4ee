import { type Image, readText } from "../image/image.ts";

/** One line of a text file, without its line end. `number` counts from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** The length limit for a line, in characters, which bounds the cost of hostile files; real lines are far shorter. */
const LINE_LIMIT = 256 * 1024;

/** The lines of a text file; [] if it does not exist. LF and CRLF end a line. */
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

/** The trimmed statements of a file: all lines except blank ones and those that begin with one of `marks`. */
export function readStatements(image: Image, path: string, marks = "#"): Line[] {
  return statementsIn(readLines(image, path), marks);
}

/** The statements among some lines, as for `readStatements`. */
export function statementsIn(lines: readonly Line[], marks: string): Line[] {
  return lines
    .map(({ text, number }) => ({ text: text.trim(), number }))
    .filter(({ text }) => text !== "" && !marks.includes(text[0]!));
}

/** The words separated by white space. A placeholder such as `<<unknown:the host name>>` stays whole, including its blanks. */
export function words(text: string): string[] {
  return text.match(/(?:<<unknown:(?:(?!>>).){0,400}>>|\S)+/gs) ?? [];
}

/** The fields separated by colons; placeholders stay whole. */
export function fields(text: string): string[] {
  if (!text.includes("<<unknown:")) return text.split(":");
  const masked = text.replace(/<<unknown:(?:(?!>>).){0,400}>>/gs, (placeholder) => placeholder.replaceAll(":", "\0"));
  return masked.split(":").map((field) => field.replaceAll("\0", ":"));
}
