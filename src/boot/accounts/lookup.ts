import type { Image } from "../../image/image.ts";
import { spend } from "../effort.ts";
import { splitFields, splitMembers } from "./fields.ts";

/** A user as getpwnam() gives one. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A group as getgrnam() gives one. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const usersOf = new WeakMap<Buffer, User[]>();
const groupsOf = new WeakMap<Buffer, Group[]>();

/** Every user of /etc/passwd, in its order. Users of a network service or of systemd are not known to an image. */
export function users(image: Image): readonly User[] {
  return parsed(image, "/etc/passwd", usersOf, ([name = "", , uid = "", gid = "", , home = ""]) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  );
}

/** Every group of /etc/group, in its order. */
export function groups(image: Image): readonly Group[] {
  return parsed(image, "/etc/group", groupsOf, ([name = "", , gid = "", members]) =>
    isId(gid) ? [{ name, gid: Number(gid), members: splitMembers(members) }] : [],
  );
}

export function findUser(image: Image, name: string): User | undefined {
  return users(image).find((user) => user.name === name);
}

export function findGroup(image: Image, name: string): Group | undefined {
  return groups(image).find((group) => group.name === name);
}

/** A file's entries, parsed once as long as nothing changes it. */
function parsed<T>(image: Image, path: string, cache: WeakMap<Buffer, T[]>, parse: (fields: string[]) => T[]): T[] {
  const bytes = image.read(path);
  if (bytes === undefined) return [];
  const known = cache.get(bytes);
  if (known !== undefined) return known;
  spend(image, "read", bytes.length);
  const lines = bytes.toString("utf8").split("\n");
  const entries = lines
    .filter((line) => line !== "" && !/^[#+-]/.test(line))
    .flatMap((line) => parse(splitFields(line)));
  cache.set(bytes, entries);
  return entries;
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
