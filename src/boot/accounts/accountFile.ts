import type { Origin } from "../../config/tree.ts";
import { ModuleFailure, type ModuleRun } from "../module.ts";
import { splitFields } from "./fields.ts";

/** How many fields a line of each file has; a line of another number is kept as it is and never found. */
const FIELD_COUNTS: Readonly<Record<string, readonly number[]>> = {
  "/etc/passwd": [7],
  "/etc/shadow": [8, 9],
  "/etc/group": [4],
  "/etc/gshadow": [4],
  "/etc/subuid": [3],
  "/etc/subgid": [3],
};

interface Line {
  text: string;
  /** undefined where the line is no entry: a wrong number of fields, an entry for NIS. */
  fields: readonly string[] | undefined;
}

/**
 * One of the account files, edited as shadow-utils edits it (lib/commonio.c, 4.8 to 4.20): lines that are not touched
 * stay byte for byte, new ones go to the end but before entries for NIS, and the file as it was becomes its backup.
 */
export class AccountFile {
  readonly #boot: ModuleRun;
  readonly #path: string;
  #lines: Line[];
  #changed = false;

  /** @throws ModuleFailure where shadow-utils does not open the file: it is a symbolic link. */
  constructor(boot: ModuleRun, path: string) {
    if (boot.image.lstat(path)?.kind === "symlink")
      throw new ModuleFailure(`cannot open ${path}: it is a symbolic link`);
    this.#boot = boot;
    this.#path = path;
    const lines = (boot.text(path) ?? "").split("\n");
    if (lines.at(-1) === "") lines.pop();
    this.#lines = lines.map((text) => ({ text, fields: entryOf(text, FIELD_COUNTS[path]!) }));
  }

  /** All entries' fields, in the order of the file. */
  entries(): readonly (readonly string[])[] {
    return this.#lines.flatMap(({ fields }) => (fields === undefined ? [] : [fields]));
  }

  /** The first entry of a name. */
  find(name: string): readonly string[] | undefined {
    return this.#lines.find((line) => line.fields?.[0] === name)?.fields;
  }

  /** Replaces the entry of the same name, or adds one. @throws ModuleFailure where the name is there twice. */
  put(fields: readonly string[]): void {
    const same = this.#lines.filter((line) => line.fields?.[0] === fields[0]);
    if (same.length > 1) throw new ModuleFailure(`${this.#path} has several entries named ${fields[0]}`);
    const line = { text: fields.join(":"), fields };
    const nis = this.#lines.findIndex(({ text }) => isNis(text));
    if (same[0] !== undefined) Object.assign(same[0], line);
    else if (nis === -1) this.#lines.push(line);
    else this.#lines.splice(nis, 0, line);
    this.#changed = true;
  }

  /** Adds an entry at the very end, though others may have its name. */
  append(fields: readonly string[]): void {
    this.#lines.push({ text: fields.join(":"), fields });
    this.#changed = true;
  }

  /** Puts the entries in order; lines that are none go to the end. */
  sort(compare: (a: readonly string[], b: readonly string[]) => number): void {
    const rank = (line: Line) => (line.fields === undefined ? 1 : 0);
    this.#lines = this.#lines.toSorted((a, b) =>
      a.fields === undefined || b.fields === undefined ? rank(a) - rank(b) : compare(a.fields, b.fields),
    );
    this.#changed = true;
  }

  /** Writes the file and its backup, where there is something to write. */
  save(because: Origin): void {
    if (!this.#changed) return;
    const before = this.#boot.image.read(this.#path);
    const stat = this.#boot.image.stat(this.#path);
    if (before !== undefined && stat !== undefined) this.#boot.write(`${this.#path}-`, before, because, stat);
    this.overwrite(because);
  }

  /** Writes the file without a backup, as pam_unix does. */
  overwrite(because: Origin): void {
    if (!this.#changed) return;
    const { mode, uid, gid } = this.#boot.image.stat(this.#path) ?? { mode: 0o644, uid: 0, gid: 0 };
    const text = this.#lines.map((line) => `${line.text}\n`).join("");
    this.#boot.write(this.#path, text, because, { mode, uid, gid });
    this.#changed = false;
  }
}

function entryOf(text: string, counts: readonly number[]): readonly string[] | undefined {
  if (isNis(text)) return undefined;
  const fields = splitFields(text);
  return counts.includes(fields.length) && fields[0] !== "" ? fields : undefined;
}

function isNis(text: string): boolean {
  return text.startsWith("+") || text.startsWith("-");
}
