import type { Origin } from "../../config/tree.ts";
import { spend } from "../effort.ts";
import { ModuleFailure, type ModuleRun } from "../module.ts";
import { shadowSince } from "./defaults.ts";
import { splitFields } from "./fields.ts";

/** How many fields a line of each file has, and which of them are numbers. Another line is kept and never found. */
const FORMS: Readonly<Record<string, { readonly counts: readonly number[]; readonly numbers: readonly number[] }>> = {
  "/etc/passwd": { counts: [7], numbers: [2, 3] },
  "/etc/shadow": { counts: [8, 9], numbers: [] },
  "/etc/group": { counts: [4], numbers: [2] },
  "/etc/gshadow": { counts: [4], numbers: [] },
  "/etc/subuid": { counts: [3], numbers: [1, 2] },
  "/etc/subgid": { counts: [3], numbers: [1, 2] },
};

interface Line {
  text: string;
  /** undefined where the line is no entry: it has another form, or is one for NIS. */
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

  /** @throws ModuleFailure where shadow-utils does not open the file. */
  constructor(boot: ModuleRun, path: string) {
    if (boot.image.lstat(path)?.kind === "symlink")
      throw new ModuleFailure(`cannot open ${path}: it is a symbolic link`);
    this.#boot = boot;
    this.#path = path;
    const text = boot.text(path) ?? "";
    spend(boot.image, "read", text.length);
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    else if (shadowSince(boot, "4.19")) throw new ModuleFailure(`cannot open ${path}: its last line has no end`);
    this.#lines = lines.map((text) => ({ text, fields: entryOf(text, path) }));
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

  /** Puts the entries in order; lines that are none go to the end, the last one first. */
  sort(compare: (a: readonly string[], b: readonly string[]) => number): void {
    const rest = this.#lines.filter((line) => line.fields === undefined).reverse();
    const entries = this.#lines.filter((line) => line.fields !== undefined);
    this.#lines = [...entries.sort((a, b) => compare(a.fields!, b.fields!)), ...rest];
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
    spend(this.#boot.image, "written", text.length);
    this.#boot.write(this.#path, text, because, { mode, uid, gid });
    this.#changed = false;
  }
}

function entryOf(text: string, path: string): readonly string[] | undefined {
  if (isNis(text)) return undefined;
  const fields = splitFields(text);
  const { counts, numbers } = FORMS[path]!;
  const valid = counts.includes(fields.length) && numbers.every((index) => /^\d{1,10}$/.test(fields[index]!));
  return valid && fields[0] !== "" ? fields : undefined;
}

function isNis(text: string): boolean {
  return text.startsWith("+") || text.startsWith("-");
}
