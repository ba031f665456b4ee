import { type Image, readText } from "../../../image/image.ts";
import type { ConfigNode } from "../../../python/tree.ts";
import type { FileEdit } from "../../finding.ts";
import { spanOf, textOf, withText } from "./editFile.ts";

/**
 * A list's file with entries of another file's list before its own; undefined unless the list has one entry per line or
 * is in brackets on one line.
 */
export function withItems(image: Image, list: ConfigNode, items: readonly ConfigNode[]): FileEdit | undefined {
  const first = list.type === "sequence" ? list.children[0] : undefined;
  if (first === undefined || first.path !== list.path) return undefined;
  const text = readText(image, first.path) ?? "";
  const { start } = spanOf(first);
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (/^ *- +$/.test(before)) {
    const lines = items.map((item) => `${before}${indented(textOf(image, item), columnOf(item), before.length)}\n`);
    return withText(image, first.path, start - before.length, start - before.length, lines.join(""));
  }
  const texts = items.map((item) => textOf(image, item));
  const isInBrackets = /\[ *$/.test(before) && texts.every((item) => !item.includes("\n"));
  return isInBrackets
    ? withText(image, first.path, start, start, texts.map((item) => `${item}, `).join(""))
    : undefined;
}

function columnOf({ position }: ConfigNode): number {
  return position.start.column - 1;
}

/** A text whose lines after the first are moved from one column to another. */
function indented(text: string, from: number, to: number): string {
  const [first = "", ...rest] = text.split("\n");
  const moved = rest.map((line) => (line.trim() === "" ? line : " ".repeat(to) + line.slice(from)));
  return [first, ...moved].join("\n");
}
