import { bytesOf, type FileContent } from "../../image/content.ts";
import type { Origin } from "../../image/origin.ts";
import type { Overlay } from "../../image/overlay.ts";
import { Raises } from "../../python/errors.ts";
import { spend } from "../files/effort.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { AccountTable } from "./accountTable.ts";
import { shadowSince } from "./defaults.ts";
import { splitMembers } from "./fields.ts";

/** The cost of sorting a line, in bytes read: nearly all lines are in order already. */
const SORTED_LINE = 256;

/** A table, and its state in a file of the image. */
interface Opened {
  readonly table: AccountTable;
  readonly version: number;
  readonly content: FileContent | undefined;
}

/** The tables of the files that a boot edits, by path. A file is read once unless something else writes it. */
const opened = new WeakMap<Overlay, Map<string, Opened>>();

/**
 * One of the account files, edited as shadow-utils edits it (lib/commonio.c, 4.8 to 4.20): lines that are not touched
 * stay byte for byte, new ones go to the end but before NIS entries, and the previous file becomes the backup.
 */
export class AccountFile {
  readonly #boot: ModuleRun;
  readonly #path: string;
  readonly #table: AccountTable;
  #changed = false;

  /** @throws Raises if shadow-utils does not open the file. */
  constructor(boot: ModuleRun, path: string) {
    if (boot.image.lstat(path)?.kind === "symlink") throw new Raises(`cannot open ${path}: it is a symbolic link`);
    this.#boot = boot;
    this.#path = path;
    this.#table = tableOf(boot, path);
  }

  /** The first entry of a name. */
  find(name: string): readonly string[] | undefined {
    const [place] = this.#table.placesOf(name);
    return place === undefined ? undefined : this.#table.entryAt(place);
  }

  /** Replaces the entry of the same name, or adds one. @throws Raises if the name occurs twice. */
  put(fields: readonly string[]): void {
    const places = this.#table.placesOf(fields[0]!);
    if (places.length > 1) throw new Raises(`${this.#path} has several entries named ${fields[0]}`);
    if (places[0] === undefined) this.#table.add(fields);
    else this.#table.replace(places[0], fields);
    this.#changed = true;
  }

  /**
   * Makes `user` a member of the groups of these names, in the order in which the file has them.
   * @throws Raises if one of the names occurs twice.
   */
  addMember(names: ReadonlySet<string>, user: string): void {
    const places = [...names].flatMap((name) => this.#table.placesOf(name)).sort((a, b) => a - b);
    for (const place of places) {
      const fields = this.#table.entryAt(place)!;
      const members = splitMembers(fields[3]);
      spend(this.#boot.image, "read", members.length);
      if (!members.includes(user)) this.put([...fields.slice(0, 3), [...members, user].join(",")]);
    }
  }

  /** Sorts the entries; lines that are not entries go to the end in reverse order. */
  sort(compare: (a: readonly string[], b: readonly string[]) => number): void {
    if (!this.#table.inOrder) {
      spend(this.#boot.image, "read", SORTED_LINE * this.#table.length);
      this.#table.sort(compare);
    }
    this.#changed = true;
  }

  /**
   * Visits the entries of a file in order from the one at `start` until `visit` returns true.
   * @returns where that is, or where the file ends.
   */
  scan(start: number, visit: (fields: readonly string[]) => boolean): number {
    let at = start;
    for (; at < this.#table.length; at++) {
      const fields = this.#table.entryAt(at);
      if (fields !== undefined && visit(fields)) break;
    }
    spend(this.#boot.image, "read", 16 * (at - start));
    return at;
  }

  /** Adds an entry at the very end, though others may have its name. `belongsThere`: the file stays in order. */
  append(fields: readonly string[], belongsThere: boolean): void {
    this.#table.append(fields, belongsThere);
    this.#changed = true;
  }

  /** The table, which stays the same unless something else writes the file. */
  get table(): AccountTable {
    return this.#table;
  }

  /** Writes the file and its backup if the file changed. */
  save(because: Origin): void {
    if (!this.#changed) return;
    const { image } = this.#boot;
    const before = image.content(this.#path);
    const stat = image.stat(this.#path);
    if (before !== undefined && stat !== undefined) {
      const { mode, uid, gid } = stat;
      this.#boot.write(`${this.#path}-`, before, because, { mode, uid, gid });
    }
    this.overwrite(because);
  }

  /** Writes the file without a backup, as pam_unix does. */
  overwrite(because: Origin): void {
    if (!this.#changed) return;
    const { image } = this.#boot;
    const { mode, uid, gid } = image.stat(this.#path) ?? { mode: 0o644, uid: 0, gid: 0 };
    const version = this.#table.version;
    const content = this.#table.at(version);
    this.#boot.write(this.#path, content, because, { mode, uid, gid });
    // If the path leads nowhere, the file is unchanged.
    remember(image, this.#path, { table: this.#table, version, content });
    this.#changed = false;
  }
}

/**
 * The table of a file that has just these bytes, if the boot edited it last; undefined if something else wrote it, or
 * if there are unsaved edits.
 */
export function savedTable(image: Overlay, path: string): AccountTable | undefined {
  const known = opened.get(image)?.get(path);
  if (known === undefined || known.content === undefined || known.table.version !== known.version) return undefined;
  return known.content === image.content(path) ? known.table : undefined;
}

function tableOf(boot: ModuleRun, path: string): AccountTable {
  const content = boot.image.content(path);
  const known = opened.get(boot.image)?.get(path);
  if (known !== undefined && known.content === content) {
    // An edit that was never saved ended with a failure.
    known.table.rollBack(known.version);
    return known.table;
  }
  const text = content === undefined ? "" : bytesOf(content).toString("utf8");
  spend(boot.image, "read", text.length);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  else if (shadowSince(boot, "4.19"))
    throw new Raises(`cannot open ${path}: its last line does not end with a newline`);
  const table = new AccountTable(path, lines);
  remember(boot.image, path, { table, version: 0, content });
  return table;
}

function remember(image: Overlay, path: string, known: Opened): void {
  const ofImage = opened.get(image) ?? new Map<string, Opened>();
  opened.set(image, ofImage);
  ofImage.set(path, known);
}
