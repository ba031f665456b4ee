import type { Header } from "./header.ts";
import type { Piece } from "./sparse.ts";

/** A member of an archive: an entry of the file tree. */
export interface Member {
  /** As stored, one character per byte: may be absolute and may contain `..`. */
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "special";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** The target of a symbolic or hard link, one character per byte. */
  readonly link: string;
  readonly content: Content;
}

/** The position of a file's bytes in the archive. */
export interface Content {
  readonly offset: number;
  /** The number of stored bytes: fewer than the file's size if the file has holes. */
  readonly stored: number;
  /** The file's size, including holes. */
  readonly size: number;
  /** The positions of the stored bytes in the file; undefined for a file without holes. */
  readonly pieces: readonly Piece[] | undefined;
}

/** Receives each member; returns a function that receives its stored bytes if they are wanted now. */
export type Visitor = (member: Member) => ((stored: Buffer) => void) | undefined;

/** The member that a header describes if no other header extends it. `offset` is the position of its bytes. */
export function memberOf({ type: flag, name, link, size, mode, uid, gid, mtime }: Header, offset: number): Member {
  const type = memberType(flag, name);
  const stored = hasContent(flag) ? size : 0;
  const content = { offset, stored, size: type === "file" ? stored : 0, pieces: undefined };
  return { name, type, mode, uid, gid, mtime, link, content };
}

function memberType(type: string, name: string): Member["type"] {
  switch (type) {
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "3":
    case "4":
    case "6":
      return "special";
    case "5":
    case "D":
      return "directory";
    default:
      // The oldest format marks a directory by its name; unknown types are files (POSIX).
      return name.endsWith("/") ? "directory" : "file";
  }
}

/** Whether bytes follow the header. Links, devices and directories have none, even if their header contains a size. */
function hasContent(type: string): boolean {
  return type < "1" || type > "6";
}
