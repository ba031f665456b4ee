import type { Colors } from "picocolors/types.js";
import type { Origin } from "../image/origin.ts";
import { escapeLine } from "./escape.ts";
import { displayWidth, truncate } from "./width.ts";

/** The line of `origin` with its number, and a mark under the column inside it; [] if it does not exist. */
export function codeFrame(lines: readonly string[], origin: Origin, style: Colors, width: number): string[] {
  const line = lines[origin.line - 1];
  if (line === undefined) return [];
  const gutter = `${origin.line} | `;
  const code = truncate(escapeLine(line), width - gutter.length);
  const mark = caret(line.slice(0, origin.column - 1), gutter.length - 2, style, width);
  return [`${style.bold(gutter)}${code}`.trimEnd(), ...mark];
}

/** A mark under the column, unless the line begins there. */
function caret(before: string, indent: number, style: Colors, width: number): string[] {
  // A masked secret before the column changes the width.
  if (/^[\s-]*$/.test(before) || before.includes("<<hidden:")) return [];
  const column = displayWidth(escapeLine(before));
  return column + indent + 3 >= width
    ? []
    : [`${" ".repeat(indent)}${style.dim("|")} ${" ".repeat(column)}${style.bold("^")}`];
}
