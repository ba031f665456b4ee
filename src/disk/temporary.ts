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

/**
 * A file for what can only be read once, such as a compressed disk. It has no name any more once it is open, so that it
 * vanishes with the process however that ends.
 */
export class TemporaryFile {
  readonly #file: number;
  readonly #directory: string;
  readonly #most: number;
  #size = 0;
  #written: number;
  /** At how many written bytes room is looked for. */
  #nextCheck: number;

  /**
   * @param most how many bytes may be written
   * @param written how many were written to others already
   * @throws {DiskError} if there is no place for it
   */
  constructor(most: number, written = 0) {
    this.#most = most;
    this.#written = written;
    this.#nextCheck = written;
    this.#directory = temporaryDirectory();
    const path = join(this.#directory, `cloud-init-lint-${randomBytes(8).toString("hex")}`);
    try {
      this.#file = openSync(path, "wx+", 0o600);
    } catch (error) {
      throw new DiskError(
        `no temporary file can be made in ${this.#directory} (${(error as NodeJS.ErrnoException).code}); set TMPDIR`,
      );
    }
    try {
      unlinkSync(path);
    } catch (error) {
      closeSync(this.#file);
      throw new DiskError(
        `files cannot be removed while they are open in ${this.#directory} (${(error as NodeJS.ErrnoException).code}); set TMPDIR`,
      );
    }
  }

  /** @throws {DiskError} if the file would become too large */
  write(bytes: Buffer): void {
    if (this.#size + bytes.length > HOLES * this.#most) throw this.#tooLarge();
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
    return this.#written;
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
    this.#written += bytes.length;
    if (this.#written > this.#most) throw this.#tooLarge();
    if (this.#written >= this.#nextCheck) {
      const { bavail, bsize } = statfsSync(this.#directory);
      if (bavail * bsize < LEFT + STEP + bytes.length) throw this.#noRoom();
      this.#nextCheck = this.#written + STEP;
    }
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, position + done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") throw this.#noRoom();
      throw error;
    }
  }

  #tooLarge(): DiskError {
    const size = `${Math.ceil(this.#most / 2 ** 20)} MiB`;
    return new DiskError(`it needs a temporary file of more than ${size}; allow more with --max-temporary`);
  }

  #noRoom(): DiskError {
    return new DiskError(`there is too little room for its temporary file in ${this.#directory}; set TMPDIR`);
  }
}

/** Blocks of other machines, one after the other in a temporary file. */
export class BlockStore {
  readonly #file: TemporaryFile;

  /** @param most how many bytes may be kept. @throws {DiskError} if there is no place for it */
  constructor(most = MOST_TEMPORARY) {
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
function temporaryDirectory(): string {
  if (process.env.TMPDIR || process.platform === "win32") return tmpdir();
  try {
    accessSync("/var/tmp", constants.W_OK);
    return "/var/tmp";
  } catch {
    return tmpdir();
  }
}
