import { type Image, readText } from "../../image/image.ts";
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

/** Every user of /etc/passwd, in its order. Users of a network service or of systemd are not known to an image. */
export function users(image: Image): User[] {
  return entries(image, "/etc/passwd").flatMap(([name = "", , uid = "", gid = "", , home = ""]) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  );
}

/** Every group of /etc/group, in its order. */
export function groups(image: Image): Group[] {
  return entries(image, "/etc/group").flatMap(([name = "", , gid = "", members]) =>
    isId(gid) ? [{ name, gid: Number(gid), members: splitMembers(members) }] : [],
  );
}

export function findUser(image: Image, name: string): User | undefined {
  return users(image).find((user) => user.name === name);
}

export function findGroup(image: Image, name: string): Group | undefined {
  return groups(image).find((group) => group.name === name);
}

function entries(image: Image, path: string): string[][] {
  const text = readText(image, path) ?? "";
  spend(image, "read", text.length);
  const lines = text.split("\n");
  return lines.filter((line) => line !== "" && !/^[#+-]/.test(line)).map(splitFields);
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
