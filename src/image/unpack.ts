import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import { DiskError } from "../disk/disk.ts";
import type { Room } from "../disk/temporary.ts";
import type { Image, Stat, WholeEntry } from "./image.ts";
import { reasonOf } from "./reason.ts";

/** How much of a file is read at a time; zeros of this length at a multiple of it become a hole. */
const PIECE = 1024 * 1024;
const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/** How many bytes are written, and how many entries made, before others of this thread have their turn. */
const TURN = { bytes: 8 * 1024 * 1024, entries: 500 };

/** Times that every file system can store. */
const LATEST = 2 ** 32;

/**
 * Writes the whole of an image into an empty directory that nobody else can enter: files, directories and links, hard ones
 * included, with owners, modes and times. Devices, sockets and pipes are left out, as are extended attributes. What cannot be
 * read is a problem of the image.
 * @param written called now and then with the bytes so far
 * @throws {DiskError} if there is no room
 */
export async function unpack(
  image: Image,
  directory: string,
  room: Room,
  written: (bytes: number) => void = () => {},
): Promise<void> {
  await new Unpacking(image, directory, room, written).run();
}

class Unpacking {
  readonly #image: Image;
  readonly #directory: string;
  readonly #room: Room;
  readonly #tell: (bytes: number) => void;
  /** Where the first name of each file was made. */
  readonly #files = new Map<unknown, string>();
  /** Directories with their times, which change as they are filled. */
  readonly #times: (readonly [string, number])[] = [];
  #entries = 0;
  #toldAt = 0;

  constructor(image: Image, directory: string, room: Room, tell: (bytes: number) => void) {
    this.#image = image;
    this.#directory = directory;
    this.#room = room;
    this.#tell = tell;
  }

  async run(): Promise<void> {
    this.#finishDirectory("", this.#image.lstat("/"), this.#image.whole?.("/"));
    const waiting = [""];
    for (let above = waiting.pop(); above !== undefined; above = waiting.pop())
      for (const name of this.#image.list(above || "/")) {
        if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) continue;
        const path = `${above}/${name}`;
        if (await this.#make(path)) waiting.push(path);
      }
    for (const [path, time] of this.#times.reverse()) utimesSync(path, time, time);
  }

  /** Makes an entry. Returns whether it is a directory, which may have entries. */
  async #make(path: string): Promise<boolean> {
    const stat = this.#image.lstat(path);
    const entry = this.#image.whole?.(path);
    if (stat === undefined || entry === undefined) return false;
    if (++this.#entries % TURN.entries === 0) await setImmediate();
    try {
      if (stat.kind === "directory") {
        mkdirSync(this.#directory + path, 0o700);
        this.#finishDirectory(path, stat, entry);
        return true;
      }
      if (stat.kind === "symlink") {
        symlinkSync(this.#image.readlink(path) ?? "", this.#directory + path);
        lchownSync(this.#directory + path, stat.uid, stat.gid);
        if (entry.mtime !== undefined) lutimesSync(this.#directory + path, limited(entry.mtime), limited(entry.mtime));
      } else if (stat.kind === "file") await this.#makeFile(path, stat, entry);
    } catch (error) {
      const known = this.#room.errorOf(error);
      // What this file system cannot have, such as a name that is too long, is left out like what cannot be read.
      if (known instanceof DiskError || (known as NodeJS.ErrnoException).code === undefined) throw known;
      this.#image.addProblem(path, reasonOf(known));
    }
    return false;
  }

  #finishDirectory(path: string, stat: Stat | undefined, entry: WholeEntry | undefined): void {
    const host = this.#directory + path;
    if (stat !== undefined) {
      lchownSync(host, stat.uid, stat.gid);
      chmodSync(host, stat.mode);
    }
    if (entry?.mtime !== undefined) this.#times.push([host, limited(entry.mtime)]);
  }

  async #makeFile(path: string, stat: Stat, entry: WholeEntry): Promise<void> {
    const host = this.#directory + path;
    const first = this.#files.get(entry.id);
    if (first !== undefined) {
      linkSync(first, host);
      return;
    }
    this.#files.set(entry.id, host);
    const file = openSync(
      host,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await this.#fill(file, path, stat.size, entry);
      fchownSync(file, stat.uid, stat.gid);
      // A change of the owner takes setuid and setgid away.
      fchmodSync(file, stat.mode);
      if (entry.mtime !== undefined) futimesSync(file, limited(entry.mtime), limited(entry.mtime));
    } finally {
      closeSync(file);
    }
  }

  async #fill(file: number, path: string, size: number, entry: WholeEntry): Promise<void> {
    for (let at = 0; at < size; ) {
      const piece = this.#read(path, entry, at, Math.min(PIECE, size - at));
      if (piece === undefined) return;
      this.#write(file, piece, at);
      at += piece.length;
      if (this.#room.written - this.#toldAt < TURN.bytes) continue;
      this.#toldAt = this.#room.written;
      this.#tell(this.#toldAt);
      await setImmediate();
    }
    ftruncateSync(file, size);
  }

  /** Some bytes of a file; undefined, and a problem of the image, if they cannot be read. */
  #read(path: string, entry: WholeEntry, offset: number, length: number): Buffer | undefined {
    try {
      const piece = entry.read(offset, length);
      if (piece.length > 0) return piece;
      this.#image.addProblem(path, "it is damaged: it ends before its size");
    } catch (error) {
      this.#image.addProblem(path, reasonOf(error));
    }
    return undefined;
  }

  #write(file: number, piece: Buffer, position: number): void {
    for (let start = 0; start < piece.length; start += BLOCK) {
      const block = piece.subarray(start, start + BLOCK);
      if (ZEROS.compare(block, 0, block.length, 0, block.length) === 0) continue;
      this.#room.take(block.length);
      for (let done = 0; done < block.length; )
        done += writeSync(file, block, done, block.length - done, position + start + done);
    }
  }
}

function limited(time: number): number {
  return Math.min(Math.max(time, 0), LATEST);
}
