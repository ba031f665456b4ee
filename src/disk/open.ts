import { isHeader } from "../tar/header.ts";
import { isDiskArchive, openDiskArchive } from "./archive.ts";
import { type Compression, compressionOf, decompressed } from "./compression/compression.ts";
import { type Disk, DiskError } from "./disk.ts";
import { type FileDisk, fileDisk, siblingOf } from "./file.ts";
import type { Surroundings } from "./format.ts";
import { formatOf } from "./formats.ts";
import { quoted } from "./marks.ts";
import { MOST_TEMPORARY, TemporaryFile } from "./temporary.ts";

/** What a file of any kind holds. */
export interface OpenedDisks {
  /** In their order in the file. Only an archive may hold several. */
  readonly disks: readonly Disk[];
  /** As its makers write it, such as "qcow2", "ova: vmdk", "gzip: raw"; "raw" is the disk itself. */
  readonly format: string;
  /** What makes them doubtful though they can be read. Each completes a sentence that begins with the file's name. */
  readonly warnings: readonly string[];
  /** Closes all files. The disks cannot be read any more. */
  close(): void;
}

/** How disks are opened. */
export interface DiskOptions {
  /** The most bytes that a temporary file may take, which a compressed disk needs. */
  readonly maxTemporary?: number | undefined;
  /** Refuses what is compressed as a whole, which must be read from beginning to end: on another machine. */
  readonly inParts?: boolean;
}

/** Says that a disk is compressed although it is to be read in parts. */
export class CompressedDisk extends Error {
  override readonly name = "CompressedDisk";
  readonly compression: Compression;

  constructor(compression: Compression) {
    super(`it is compressed with ${compression}`);
    this.compression = compression;
  }
}

/**
 * The disks in a file, whose kind is found by its content. What is of no known kind is the disk itself. A compressed file is
 * decompressed to a temporary one.
 * @throws {DiskError} if it is damaged or of a kind that is not supported, and the file system's errors
 */
export async function openDisks(path: string, options: DiskOptions = {}): Promise<OpenedDisks> {
  return withFiles(async (keep) => {
    const around: Surroundings = { sibling: (name) => keep(siblingOf(path, name)) };
    return new Opener(keep, options).open(keep(fileDisk(path)), around);
  });
}

/** The disks in a file that is open already. Nothing is beside it. @throws as `openDisks`, and {CompressedDisk} */
export async function openDisk(file: Disk, options: DiskOptions = {}): Promise<OpenedDisks> {
  return withFiles((keep) => new Opener(keep, options).open(file, NOTHING_AROUND));
}

/** The disks in a file that can be read only once. @throws as `openDisks`, and the stream's errors */
export async function openDisksOfStream(
  chunks: AsyncIterable<Buffer>,
  options: DiskOptions = {},
): Promise<OpenedDisks> {
  return withFiles(async (keep) => {
    const opener = new Opener(keep, options);
    return opener.open(await opener.store(chunks), NOTHING_AROUND);
  });
}

type Keep = <T extends { close(): void }>(file: T) => T;

/** Closes all files that were kept: with the disks, or if they cannot be opened. */
async function withFiles(open: (keep: Keep) => Promise<Opened>): Promise<OpenedDisks> {
  const files: { close(): void }[] = [];
  const close = () => {
    for (const file of files.splice(0)) file.close();
  };
  try {
    const keep: Keep = (file) => {
      files.push(file);
      return file;
    };
    return { ...(await open(keep)), close };
  } catch (error) {
    close();
    throw error;
  }
}

type Opened = Omit<OpenedDisks, "close">;

/** How often something compressed may be compressed again. */
const MOST_COMPRESSIONS = 2;

/** What is needed to tell a file's kind: in an archive, its first member's header with all that extends it. */
const HEAD = 64 * 1024;

const NOTHING_AROUND: Surroundings = {
  sibling: (name) => {
    throw new DiskError(`it consists of several files, but ${quoted(name)} is not beside it`);
  },
};

/** What a file is inside of. */
interface Inside {
  /** How often it was compressed. */
  readonly compressions: number;
  readonly isInArchive: boolean;
}

class Opener {
  readonly #keep: Keep;
  readonly #most: number;
  readonly #inParts: boolean;
  #written = 0;

  constructor(keep: Keep, { maxTemporary = MOST_TEMPORARY, inParts = false }: DiskOptions) {
    this.#keep = keep;
    this.#most = maxTemporary;
    this.#inParts = inParts;
  }

  async open(
    file: Disk,
    around: Surroundings,
    inside: Inside = { compressions: 0, isInArchive: false },
  ): Promise<Opened> {
    const head = file.read(0, Math.min(HEAD, file.size));
    const compression = compressionOf(head);
    if (compression !== undefined) return this.#openCompressed(file, compression, inside);
    if (!inside.isInArchive && isHeader(head) && isDiskArchive(head)) return this.#openArchive(file, inside);
    const format = formatOf(file);
    if (format === undefined) return { disks: [file], format: "raw", warnings: [] };
    const disk = format.open(file, around);
    return { disks: [disk], format: format.name, warnings: disk.warnings ?? [] };
  }

  /** Writes a stream to a temporary file. */
  async store(chunks: AsyncIterable<Buffer>): Promise<FileDisk> {
    const file = new TemporaryFile(this.#most, this.#written);
    try {
      for await (const chunk of chunks) file.write(chunk);
      this.#written = file.written;
      return this.#keep(file.finish());
    } catch (error) {
      file.close();
      throw error;
    }
  }

  async #openCompressed(file: Disk, compression: Compression, inside: Inside): Promise<Opened> {
    if (this.#inParts) throw new CompressedDisk(compression);
    const compressions = inside.compressions + 1;
    if (compressions > MOST_COMPRESSIONS) throw new DiskError(`it is compressed more than ${MOST_COMPRESSIONS} times`);
    const stored = await this.store(decompressed(compression, chunksOf(file)));
    const opened = await this.open(stored, NOTHING_AROUND, { ...inside, compressions });
    return { ...opened, format: `${compression}: ${opened.format}` };
  }

  async #openArchive(file: Disk, inside: Inside): Promise<Opened> {
    const archive = openDiskArchive(file);
    /** Members that belong to a disk which another member describes. */
    const parts = new Set<string>();
    const around: Surroundings = {
      sibling: (name) => {
        parts.add(name);
        return archive.member(name) ?? NOTHING_AROUND.sibling(name);
      },
    };
    const opened: (readonly [name: string, opened: Opened])[] = [];
    for (const { name, file } of archive.disks) {
      try {
        opened.push([name, await this.open(file, around, { ...inside, isInArchive: true })]);
      } catch (error) {
        if (error instanceof DiskError) throw new DiskError(`${quoted(name)} in it: ${error.message}`);
        throw error;
      }
    }
    const whole = opened.filter(([name]) => !parts.has(name));
    const formats = new Set(whole.map(([, { format }]) => format));
    return {
      disks: whole.flatMap(([, { disks }]) => disks),
      format: `${archive.format}: ${[...formats].join(", ")}`,
      warnings: whole.flatMap(([name, { warnings }]) => warnings.map((text) => `${quoted(name)} in it: ${text}`)),
    };
  }
}

/** How much is read of a compressed file at a time. */
const CHUNK = 256 * 1024;

async function* chunksOf(file: Disk): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.size; at += CHUNK) yield file.read(at, Math.min(CHUNK, file.size - at));
}
