import type { Image } from "../../image/image.ts";
import { fields, type Line, readLines } from "../lines.ts";

/** An account of /etc/passwd, and the line it stands in. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly uid: string;
  readonly gid: string;
  readonly home: string;
  readonly shell: string;
  readonly line: number;
}

/** A line of /etc/group. */
export interface Group {
  readonly name: string;
  readonly gid: string;
  readonly members: readonly string[];
  readonly line: number;
}

/** More than any image has: it bounds what a hostile one can cost. */
const USERS_LIMIT = 5000;

/** The accounts of /etc/passwd by name; of two lines with one name the first counts. */
export function readUsers(image: Image): Map<string, User> {
  const users = new Map<string, User>();
  for (const { entry, line } of readEntries(image, "/etc/passwd")) {
    const [name = "", password = "", uid = "", gid = "", , home = "", shell = ""] = entry;
    if (entry.length >= 7 && !users.has(name) && users.size < USERS_LIMIT)
      users.set(name, { name, password, uid, gid, home, shell: shell === "" ? "/bin/sh" : shell, line });
  }
  return users;
}

export function readGroups(image: Image): Group[] {
  return readEntries(image, "/etc/group").map(({ entry: [name = "", , gid = "", members = ""], line }) => {
    return { name, gid, members: members.split(",").filter((member) => member !== ""), line };
  });
}

/** What /etc/shadow says of an account. */
export interface ShadowEntry {
  readonly password: string;
  /** The day on which the account expires, from 1970; empty where it does not. */
  readonly expires: string;
  readonly line: number;
}

/** The entries of /etc/shadow by account. */
export function readShadow(image: Image): Map<string, ShadowEntry> {
  const passwords = new Map<string, ShadowEntry>();
  for (const { entry, line } of readEntries(image, "/etc/shadow")) {
    const [name = "", password, , , , , , expires = ""] = entry;
    if (password !== undefined && !passwords.has(name)) passwords.set(name, { password, expires, line });
  }
  return passwords;
}

function readEntries(image: Image, path: string): { entry: string[]; line: number }[] {
  const isEntry = ({ text }: Line) => text !== "" && !/^[#+-]/.test(text);
  return readLines(image, path)
    .filter(isEntry)
    .map(({ text, number }) => ({ entry: fields(text), line: number }));
}
