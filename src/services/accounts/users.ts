import type { Image } from "../../image/image.ts";
import { fields, type Line, readLines } from "../lines.ts";

/** An account in /etc/passwd, and its line. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly uid: string;
  readonly gid: string;
  readonly home: string;
  readonly shell: string;
  readonly line: number;
}

/** A group in /etc/group, and its line. */
export interface Group {
  readonly name: string;
  readonly gid: string;
  readonly members: readonly string[];
  readonly line: number;
}

/** The maximum number of entries, which bounds the cost of hostile files; real images have fewer. */
const USERS_LIMIT = 5000;

/** The accounts in /etc/passwd by name; if a name occurs twice, the first line counts. */
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

/** An account's entry in /etc/shadow. */
export interface ShadowEntry {
  readonly password: string;
  /** The day on which the account expires, counted from 1970; empty if it never does. */
  readonly expires: string;
  readonly line: number;
}

/** The entries in /etc/shadow by account. */
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
