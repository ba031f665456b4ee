import type { Colors } from "picocolors/types.js";
import type { Origin } from "../image/origin.ts";
import { escapeLine } from "./escape.ts";
import { displayWidth, truncate } from "./width.ts";

/** The line of `origin` between its neighbours; [] if it does not exist. */
export function codeFrame(lines: readonly string[], origin: Origin, style: Colors, width: number): string[] {
  const line = lines[origin.line - 1];
  if (line === undefined) return [];
  const last = Math.min(origin.line + 1, lines.at(-1) === "" ? lines.length - 1 : lines.length);
  const digits = String(last).length;
  const frame: string[] = [];
  for (let number = Math.max(1, origin.line - 1); number <= Math.max(last, origin.line); number++) {
    const gutter = `${number === origin.line ? ">" : " "} ${String(number).padStart(digits)} | `;
    const code = truncate(escapeLine(lines[number - 1] ?? ""), width - gutter.length);
    if (number !== origin.line) frame.push(style.dim(`${gutter}${code}`.trimEnd()));
    else {
      frame.push(`${style.bold(gutter)}${code}`.trimEnd());
      frame.push(...caret(line.slice(0, origin.column - 1), digits, style, width));
    }
  }
  return frame;
}

/** A mark under the column, unless the line begins there. */
function caret(before: string, digits: number, style: Colors, width: number): string[] {
  // A masked secret before the column changes the width.
  if (/^[\s-]*$/.test(before) || before.includes("<<hidden:")) return [];
  const column = displayWidth(escapeLine(before));
  return column + digits + 5 >= width
    ? []
    : [`  ${" ".repeat(digits)} ${style.dim("|")} ${" ".repeat(column)}${style.bold("^")}`];
}
