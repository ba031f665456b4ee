import type { Image } from "../../image/image.ts";
import { Overlay } from "../../image/overlay.ts";
import { spend } from "../files/effort.ts";
import { savedTable } from "./accountFile.ts";
import { splitFields, splitMembers } from "./fields.ts";
import { IdSet } from "./ids.ts";

/** A user as getpwnam() returns it. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A group as getgrnam() returns it. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The users or groups of an image, in the order of their file. */
export interface Names<T> {
  /** The first of that name. */
  byName(name: string): T | undefined;
  /** All of that name: a file may hold several. */
  allNamed(name: string): readonly T[];
  /** The first of that number. */
  byId(id: number): T | undefined;
  readonly ids: IdSet;
}

/** Every user of /etc/passwd. Users of a network service or of systemd are not known to an image. */
export function users(image: Image): Names<User> {
  return namesIn(image, "/etc/passwd", USERS);
}

/** Every group of /etc/group. */
export function groups(image: Image): Names<Group> {
  return namesIn(image, "/etc/group", GROUPS);
}

export function findUser(image: Image, name: string): User | undefined {
  return users(image).byName(name);
}

export function findGroup(image: Image, name: string): Group | undefined {
  return groups(image).byName(name);
}

/** The lines of a file. `moves` increases when a line moves or names another account. */
interface Lines {
  readonly length: number;
  readonly moves: number;
  textOfLine(index: number): string;
}

/** What a line says, and the indices of files that were read. */
interface Kind<T> {
  readonly parse: (line: string) => T | undefined;
  readonly nameAndId: (entry: T) => readonly [name: string, id: number];
  readonly indices: WeakMap<object, Index<T>>;
}

const USERS: Kind<User> = {
  parse(line) {
    const [name = "", , uid = "", gid = "", , home = ""] = splitFields(line);
    return isId(uid) && isId(gid) ? { name, uid: Number(uid), gid: Number(gid), home } : undefined;
  },
  nameAndId: ({ name, uid }) => [name, uid],
  indices: new WeakMap(),
};

const GROUPS: Kind<Group> = {
  parse(line) {
    const [name = "", , gid = "", members] = splitFields(line);
    return isId(gid) ? { name, gid: Number(gid), members: splitMembers(members) } : undefined;
  },
  nameAndId: ({ name, gid }) => [name, gid],
  indices: new WeakMap(),
};

/** The positions of the names and numbers in a file. If the file grows, only the new lines are read. */
class Index<T> implements Names<T> {
  readonly #kind: Kind<T>;
  readonly #lines: Lines;
  readonly #byName = new Map<string, number[]>();
  readonly #byId = new Map<number, number>();
  #ids = new IdSet();
  #read = 0;
  #moves: number;

  constructor(kind: Kind<T>, lines: Lines) {
    this.#kind = kind;
    this.#lines = lines;
    this.#moves = lines.moves;
  }

  get ids(): IdSet {
    this.#update();
    return this.#ids;
  }

  byName(name: string): T | undefined {
    return this.allNamed(name)[0];
  }

  allNamed(name: string): readonly T[] {
    this.#update();
    return (this.#byName.get(name) ?? []).map((place) => this.#entry(place)!);
  }

  byId(id: number): T | undefined {
    this.#update();
    const place = this.#byId.get(id);
    return place === undefined ? undefined : this.#entry(place);
  }

  #entry(place: number): T | undefined {
    return this.#kind.parse(this.#lines.textOfLine(place));
  }

  #update(): void {
    if (this.#moves !== this.#lines.moves) {
      this.#moves = this.#lines.moves;
      this.#read = 0;
      this.#byName.clear();
      this.#byId.clear();
      this.#ids = new IdSet();
    }
    for (; this.#read < this.#lines.length; this.#read++) {
      const line = this.#lines.textOfLine(this.#read);
      const entry = line === "" || /^[#+-]/.test(line) ? undefined : this.#kind.parse(line);
      if (entry === undefined) continue;
      const [name, id] = this.#kind.nameAndId(entry);
      const known = this.#byName.get(name);
      if (known === undefined) this.#byName.set(name, [this.#read]);
      else known.push(this.#read);
      if (!this.#byId.has(id)) this.#byId.set(id, this.#read);
      this.#ids.add(id);
    }
  }
}

/** A file's index, built once unless something other than this program's account files changes it. */
function namesIn<T>(image: Image, path: string, kind: Kind<T>): Names<T> {
  const table = image instanceof Overlay ? savedTable(image, path) : undefined;
  const key = table ?? (image instanceof Overlay ? image.content(path) : image.read(path)) ?? NO_FILE;
  let index = kind.indices.get(key);
  if (index === undefined) {
    index = new Index(kind, table ?? linesOf(image, path));
    kind.indices.set(key, index);
  }
  return index;
}

const NO_FILE = {};

function linesOf(image: Image, path: string): Lines {
  const bytes = image.read(path);
  if (bytes !== undefined) spend(image, "read", bytes.length);
  const lines = bytes?.toString("utf8").split("\n") ?? [];
  return { length: lines.length, moves: 0, textOfLine: (index) => lines[index]! };
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
