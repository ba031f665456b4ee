import { randomBytes } from "node:crypto";
import { accessSync, closeSync, constants, ftruncateSync, openSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskError } from "./disk.ts";
import { type FileDisk, openedDisk } from "./file.ts";
import { readInto } from "./readInto.ts";

/**
 * How many bytes a temporary file may take by default. The data of nearly all images take less, and those of a machine
 * that has less room are refused before it is full.
 */
export const MOST_TEMPORARY = 16 * 2 ** 30;

/** How many times as large as that the file may seem: holes take time, though no room. */
const HOLES = 16;

/** A block of zeros becomes a hole. */
const BLOCK = 16 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/** Room that is left to others, and how many bytes are written before room is looked for again. */
const LEFT = 256 * 2 ** 20;
const STEP = 64 * 2 ** 20;

/** Room for temporary files in a directory, some of which is left to others. */
export class Room {
  readonly #directory: string;
  readonly #most: number;
  /** What needs it, for messages: "a temporary file". */
  readonly #what: string;
  #written: number;
  /** At how many written bytes room is looked for. */
  #nextCheck: number;

  /**
   * @param most how many bytes may be written
   * @param written how many were written already
   */
  constructor(directory: string, what: string, most: number, written = 0) {
    this.#directory = directory;
    this.#what = what;
    this.#most = most;
    this.#written = written;
    this.#nextCheck = written;
  }

  get written(): number {
    return this.#written;
  }

  /** Before bytes are written. @throws {DiskError} if there is no room for them */
  take(bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#most) throw this.tooLarge();
    if (this.#written < this.#nextCheck) return;
    const { bavail, bsize } = statfsSync(this.#directory);
    if (bavail * bsize < LEFT + STEP + bytes) throw this.#none();
    this.#nextCheck = this.#written + STEP;
  }

  tooLarge(): DiskError {
    const size = `${Math.ceil(this.#most / 2 ** 20)} MiB`;
    return new DiskError(`it needs ${this.#what} of more than ${size}; allow more with --max-temporary`);
  }

  /** The error of a write as one of this program, if room was what it lacked. */
  errorOf(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG" ? this.#none() : error;
  }

  #none(): DiskError {
    const what = this.#what.replace(/^a /, "its ");
    return new DiskError(`there is too little room for ${what} in ${this.#directory}; set TMPDIR`);
  }
}

/**
 * A file for what can only be read once, such as a compressed disk. It has no name any more once it is open, so that it
 * vanishes with the process however that ends.
 */
export class TemporaryFile {
  readonly #file: number;
  readonly #most: number;
  readonly #room: Room;
  #size = 0;

  /**
   * @param most how many bytes may be written
   * @param written how many were written to others already
   * @throws {DiskError} if there is no place for it
   */
  constructor(most = MOST_TEMPORARY, written = 0) {
    const directory = temporaryDirectory();
    this.#most = most;
    this.#room = new Room(directory, "a temporary file", most, written);
    const path = join(directory, `cloud-init-lint-${randomBytes(8).toString("hex")}`);
    try {
      this.#file = openSync(path, "wx+", 0o600);
    } catch (error) {
      throw new DiskError(
        `no temporary file can be made in ${directory} (${(error as NodeJS.ErrnoException).code}); set TMPDIR`,
      );
    }
    try {
      unlinkSync(path);
    } catch (error) {
      closeSync(this.#file);
      throw new DiskError(
        `files cannot be removed while they are open in ${directory} (${(error as NodeJS.ErrnoException).code}); set TMPDIR`,
      );
    }
  }

  /** @throws {DiskError} if the file would become too large */
  write(bytes: Buffer): void {
    if (this.#size + bytes.length > HOLES * this.#most) throw this.#room.tooLarge();
    for (let at = 0; at < bytes.length; ) {
      // Blocks of data that follow each other are written at once.
      let end = at;
      while (end < bytes.length && !this.#isHole(bytes, end)) end = this.#blockEnd(bytes, end);
      if (end > at) this.#put(bytes.subarray(at, end), this.#size + at);
      at = end < bytes.length ? this.#blockEnd(bytes, end) : end;
    }
    this.#size += bytes.length;
  }

  /** How long the file is, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Fills `buffer` with what was written at a position. */
  read(buffer: Buffer, position: number): void {
    // What was a hole at the end is not in the file yet.
    const count = readInto(buffer, this.#file, position);
    buffer.fill(0, count);
  }

  /** The bytes that were written to this file and others. */
  get written(): number {
    return this.#room.written;
  }

  /** The file as a disk; `close` removes it. Nothing can be written any more. */
  finish(): FileDisk {
    ftruncateSync(this.#file, this.#size);
    return openedDisk(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Where the file's block ends that contains a byte of `bytes`. */
  #blockEnd(bytes: Buffer, at: number): number {
    return Math.min(bytes.length, at + BLOCK - ((this.#size + at) % BLOCK));
  }

  #isHole(bytes: Buffer, at: number): boolean {
    const end = this.#blockEnd(bytes, at);
    return bytes[at] === 0 && bytes.compare(ZEROS, 0, end - at, at, end) === 0;
  }

  #put(bytes: Buffer, position: number): void {
    this.#room.take(bytes.length);
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, position + done);
    } catch (error) {
      throw this.#room.errorOf(error);
    }
  }
}

/** Blocks of other machines, one after the other in a temporary file. */
export class BlockStore {
  readonly #file: TemporaryFile;

  /** @param most how many bytes may be kept. @throws {DiskError} if there is no place for it */
  constructor(most?: number) {
    this.#file = new TemporaryFile(most);
  }

  /** Where the block is from now on. @throws {DiskError} if there is no room for it */
  add(block: Buffer): number {
    const place = this.#file.size;
    this.#file.write(block);
    return place;
  }

  /** Fills `buffer` with what is at a place. */
  read(buffer: Buffer, place: number): void {
    this.#file.read(buffer, place);
  }

  close(): void {
    this.#file.close();
  }
}

/** TMPDIR where it is set. Otherwise /var/tmp, which is meant for large files, since /tmp may be in memory. */
export function temporaryDirectory(): string {
  if (process.env.TMPDIR || process.platform === "win32") return tmpdir();
  try {
    accessSync("/var/tmp", constants.W_OK);
    return "/var/tmp";
  } catch {
    return tmpdir();
  }
}
