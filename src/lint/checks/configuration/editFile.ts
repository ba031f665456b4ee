import { type Image, readText } from "../../../image/image.ts";
import { onceAFile } from "../../../image/onceAFile.ts";
import type { Origin } from "../../../image/origin.ts";
import type { ConfigNode, Pair } from "../../../python/tree.ts";
import { type FileEdit, LARGEST_EDIT } from "../../finding.ts";

/** A file with the text between two offsets replaced. */
export function withText(image: Image, path: string, start: number, end: number, by: string): FileEdit | undefined {
  const text = readText(image, path);
  if (text === undefined || text.length > LARGEST_EDIT) return undefined;
  return { path, content: text.slice(0, start) + by + text.slice(end) };
}

/** A file with the first occurrence of a word at or after a place on its line replaced; undefined if there is none. */
export function withWord(image: Image, { path, line, column }: Origin, old: string, by: string): FileEdit | undefined {
  const lines = readText(image, path)?.split("\n") ?? [];
  const at = lines[line - 1]?.indexOf(old, column - 1) ?? -1;
  if (at === -1) return undefined;
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, at);
  return withText(image, path, start, start + old.length, by);
}

/** The offsets of a node's text in its file. */
export function spanOf({ position }: ConfigNode | Pair): { readonly start: number; readonly end: number } {
  return { start: position.start.offset ?? 0, end: position.end.offset ?? 0 };
}

/** A node's text in its file, without trailing white space. */
export function textOf(image: Image, node: ConfigNode): string {
  const { start, end } = spanOf(node);
  return fileText(image, node.path).slice(start, end).trimEnd();
}

/** Cached, since lists are copied node by node. */
const fileText = onceAFile((text) => text);
