import type { Header } from "./header.ts";
import type { Piece } from "./sparse.ts";

/** One member of an archive: an entry of the file tree. */
export interface Member {
  /** As stored, a character for each byte: may be absolute, may hold `..`. */
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "special";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a symbolic or hard link names, a character for each byte. */
  readonly link: string;
  readonly content: Content;
}

/** Where a file's bytes stand in the archive. */
export interface Content {
  readonly offset: number;
  /** How many bytes the archive holds: fewer than the file's size where the file has holes. */
  readonly stored: number;
  /** The file's size, its holes included. */
  readonly size: number;
  /** Where in the file the stored bytes belong; undefined for a file without holes. */
  readonly pieces: readonly Piece[] | undefined;
}

/** Gets each member; answers what to do with its stored bytes where it wants them now. */
export type Visitor = (member: Member) => ((stored: Buffer) => void) | undefined;

/** The member that a header tells of, where no other header says more. `offset` is where its bytes begin. */
export function memberOf({ type: flag, name, link, size, mode, uid, gid }: Header, offset: number): Member {
  const type = memberType(flag, name);
  const stored = hasContent(flag) ? size : 0;
  const content = { offset, stored, size: type === "file" ? stored : 0, pieces: undefined };
  return { name, type, mode, uid, gid, link, content };
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
      // The oldest form marks a directory by its name; kinds that nobody knows are files (POSIX).
      return name.endsWith("/") ? "directory" : "file";
  }
}

/** Whether bytes follow the header. Of links, devices and directories only the size may stand there. */
function hasContent(type: string): boolean {
  return type < "1" || type > "6";
}
