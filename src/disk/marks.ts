import type { Disk } from "./disk.ts";

/** Whether these bytes, one character for each, are at an offset of a file. */
export function hasMark(file: Disk, offset: number, mark: string): boolean {
  if (offset < 0 || offset + mark.length > file.size) return false;
  return file.read(offset, mark.length).toString("latin1") === mark;
}

/** A text of a disk file for a message: what could disturb a terminal is replaced, and a long one is cut. */
export function quoted(text: string): string {
  const clean = text.replace(/[^\x20-\x7e\u00a1-\uffff]/g, "?");
  return `"${clean.length > 80 ? `${clean.slice(0, 77)}...` : clean}"`;
}
