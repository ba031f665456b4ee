import type { LazyContent } from "../../image/content.ts";
import { splitFields } from "./fields.ts";

/** How many fields a line of each file has, and which of them are numbers. Other lines are kept but never found. */
const FORMS: Readonly<Record<string, { readonly counts: readonly number[]; readonly numbers: readonly number[] }>> = {
  "/etc/passwd": { counts: [7], numbers: [2, 3] },
  "/etc/shadow": { counts: [8, 9], numbers: [] },
  "/etc/group": { counts: [4], numbers: [2] },
  "/etc/gshadow": { counts: [4], numbers: [] },
  "/etc/subuid": { counts: [3], numbers: [1, 2] },
  "/etc/subgid": { counts: [3], numbers: [1, 2] },
};

interface Line {
  readonly text: string;
  /** undefined if the line is not an entry: it has another form, or is for NIS. */
  readonly name: string | undefined;
  /** The fields, once sorting has requested them. */
  fields?: readonly string[];
}

/** Reverts one edit. */
type Undo = (lines: Line[]) => Line[];

/**
 * The lines of one account file while a boot edits it. The cost of an edit does not depend on the length of the file,
 * and every earlier version can be restored.
 */
export class AccountTable {
  #lines: Line[];
  readonly #undo: Undo[] = [];
  /** Where the entries of a name stand; undefined after an edit that moved lines. */
  #places: Map<string, number[]> | undefined;
  /** The first NIS entry, before which new entries go; -1 if there is none. */
  #nis: number;
  /** How many lines are not entries. */
  #others: number;
  #inOrder = false;
  #moves = 0;

  constructor(path: string, lines: readonly string[]) {
    this.#lines = lines.map((text) => ({ text, name: nameIn(text, path) }));
    this.#nis = this.#lines.findIndex(({ text }) => isNis(text));
    this.#others = this.#lines.filter(({ name }) => name === undefined).length;
  }

  /** The number of edits. */
  get version(): number {
    return this.#undo.length;
  }

  /** Whether only `append` was called since the last `sort`, each time with an entry that belongs at the end. */
  get inOrder(): boolean {
    return this.#inOrder;
  }

  /** Increases when a line moves or gets another number. */
  get moves(): number {
    return this.#moves;
  }

  get length(): number {
    return this.#lines.length;
  }

  textOfLine(index: number): string {
    return this.#lines[index]!.text;
  }

  /** The fields of a line that is an entry. */
  entryAt(index: number): readonly string[] | undefined {
    const line = this.#lines[index];
    return line?.name === undefined ? undefined : (line.fields ?? splitFields(line.text));
  }

  /** The lines of the entries with a name. */
  placesOf(name: string): readonly number[] {
    if (this.#places === undefined) {
      this.#places = new Map();
      for (const [index, { name: known }] of this.#lines.entries()) if (known !== undefined) this.#place(known, index);
    }
    return this.#places.get(name) ?? [];
  }

  replace(index: number, fields: readonly string[]): void {
    const before = this.#lines[index]!;
    this.#lines[index] = { text: fields.join(":"), name: fields[0]! };
    this.#inOrder = false;
    if (splitFields(before.text)[2] !== fields[2]) this.#moves++;
    this.#undo.push((lines) => {
      lines[index] = before;
      return lines;
    });
  }

  /** Adds an entry at the end, or before the NIS entries. */
  add(fields: readonly string[]): void {
    if (this.#nis === -1) {
      this.append(fields);
      return;
    }
    const index = this.#nis;
    this.#lines.splice(index, 0, { text: fields.join(":"), name: fields[0]! });
    this.#linesMoved();
    this.#inOrder = false;
    this.#undo.push((lines) => {
      lines.splice(index, 1);
      return lines;
    });
  }

  /** Adds an entry at the very end. */
  append(fields: readonly string[], belongsThere = false): void {
    if (this.#places !== undefined) this.#place(fields[0]!, this.#lines.length);
    this.#lines.push({ text: fields.join(":"), name: fields[0]! });
    this.#inOrder &&= belongsThere;
    this.#undo.push((lines) => {
      lines.pop();
      return lines;
    });
  }

  /** Sorts the entries; lines that are not entries go to the end in reverse order. */
  sort(compare: (a: readonly string[], b: readonly string[]) => number): void {
    const before = this.#lines;
    const rest = before.filter((line) => line.name === undefined).reverse();
    const entries = before.filter((line) => line.name !== undefined);
    for (const line of entries) line.fields ??= splitFields(line.text);
    entries.sort((a, b) => compare(a.fields!, b.fields!));
    this.#lines = [...entries, ...rest];
    this.#linesMoved();
    this.#inOrder = this.#others === 0;
    // The former list lacks the lines that were pushed since then.
    this.#undo.push(() => before);
  }

  /** Reverts all edits after a version. */
  rollBack(version: number): void {
    if (this.#undo.length === version) return;
    while (this.#undo.length > version) this.#lines = this.#undo.pop()!(this.#lines);
    this.#linesMoved();
    this.#inOrder = false;
  }

  /** The file as it is after that many edits. */
  at(version: number): LazyContent {
    return { bytes: () => Buffer.from(this.#textAt(version)) };
  }

  #linesMoved(): void {
    this.#nis = this.#lines.findIndex(({ text }) => isNis(text));
    this.#places = undefined;
    this.#moves++;
  }

  #textAt(version: number): string {
    let lines = [...this.#lines];
    for (let number = this.#undo.length - 1; number >= version; number--) {
      const former = this.#undo[number]!(lines);
      if (former !== lines) lines = [...former];
    }
    return lines.map(({ text }) => `${text}\n`).join("");
  }

  #place(name: string, index: number): void {
    const known = this.#places!.get(name);
    if (known === undefined) this.#places!.set(name, [index]);
    else known.push(index);
  }
}

function nameIn(text: string, path: string): string | undefined {
  if (isNis(text)) return undefined;
  const fields = splitFields(text);
  const { counts, numbers } = FORMS[path]!;
  const valid = counts.includes(fields.length) && numbers.every((index) => /^\d{1,10}$/.test(fields[index]!));
  return valid && fields[0] !== "" ? fields[0] : undefined;
}

function isNis(text: string): boolean {
  return text.startsWith("+") || text.startsWith("-");
}
