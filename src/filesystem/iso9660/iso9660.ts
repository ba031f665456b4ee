import { type Disk, DiskError } from "../../disk/disk.ts";
import { type FilesystemFormat, type Inode, kindOfMode, type Stat } from "../filesystem.ts";
import { hasDescriptors, readVolumes, type Volume } from "./descriptors.ts";
import { type DirectoryRecord, FLAG, readRecord, recordsIn, recordsOf, type Section } from "./record.ts";
import { type RockRidge, readRockRidge, skippedIn } from "./rockRidge.ts";

/** The largest directory: in bytes, in bytes that its records have elsewhere, and in entries. */
const LIMITS = { size: 64 * 2 ** 20, elsewhere: 32 * 2 ** 20, entries: 400_000 };

/** ISO 9660 with Rock Ridge or else Joliet, on which live systems come. */
export const iso9660: FilesystemFormat = {
  type: "iso9660",
  matches: hasDescriptors,
  open(disk) {
    const volumes = readVolumes(disk);
    const primary = volumes[0];
    if (primary === undefined) throw new DiskError("it is damaged: it has no volume");
    const plain = new Files(disk, primary);
    const joliet = volumes.find(({ isJoliet }) => isJoliet);
    const files = plain.hasRockRidge || joliet === undefined ? plain : new Files(disk, joliet);
    return {
      type: "iso9660",
      // As blkid has it: 2024-01-31-12-30-00-00.
      uuid: primary.time === "" ? undefined : primary.time.replace(/^(....)(..)(..)(..)(..)(..)/, "$1-$2-$3-$4-$5-$6-"),
      label: primary.label === "" ? undefined : primary.label,
      warnings: [],
      problems: [],
      root: files.root(),
    };
  },
};

/** A file of which no record says more, as Linux mounts it. */
const NO_OWNER = { mode: 0o555, uid: 0, gid: 0 };

/** An entry of a directory. */
interface Entry {
  readonly id: string;
  readonly record: DirectoryRecord;
  readonly extension: RockRidge | undefined;
  /** All parts of the file. */
  readonly sections: readonly Section[];
}

class Files {
  readonly #disk: Disk;
  readonly #volume: Volume;
  /** How many bytes stand before the fields of Rock Ridge; undefined if there is none. */
  readonly #skipped: number | undefined;

  constructor(disk: Disk, volume: Volume) {
    this.#disk = disk;
    this.#volume = volume;
    const own = volume.isJoliet ? undefined : this.#ownRecord(readRecord(volume.root, volume.blockSize));
    this.#skipped = own && skippedIn(disk, own.system, volume.blockSize);
  }

  get hasRockRidge(): boolean {
    return this.#skipped !== undefined;
  }

  root(): Inode {
    const record = readRecord(this.#volume.root, this.#volume.blockSize);
    if ((record.flags & FLAG.directory) === 0) throw new DiskError("it is damaged: its root is no directory");
    const own = this.#ownRecord(record);
    const system = this.#skipped === undefined ? undefined : own.system.subarray(this.#skipped);
    return this.#directory(record, system && readRockRidge(this.#disk, system, this.#volume.blockSize));
  }

  /** The record of a directory in itself, which is its first. */
  #ownRecord({ start }: { readonly start: number }): DirectoryRecord {
    const sector = this.#disk.read(start, Math.min(2048, Math.max(0, this.#disk.size - start)));
    const own = recordsIn(sector, this.#volume.blockSize).next().value;
    if (own === undefined) throw new DiskError("it is damaged: a directory has no entry for itself");
    return own;
  }

  #inode({ id, record, extension, sections }: Entry): Inode {
    const { blockSize } = this.#volume;
    if (extension?.child !== undefined) {
      const own = this.#ownRecord({ start: extension.child * blockSize });
      const moved = readRockRidge(this.#disk, own.system.subarray(this.#skipped), blockSize);
      return this.#directory({ start: extension.child * blockSize, size: own.size }, moved);
    }
    if (record.flags & FLAG.directory) return this.#directory(record, extension);
    const target = extension?.target;
    const { mode, uid, gid } = extension?.owner ?? { ...NO_OWNER, mode: 0o100000 | NO_OWNER.mode };
    const kind = kindOfMode(mode);
    const size = kind === "symlink" ? (target?.length ?? 0) : kind === "file" ? sum(sections) : 0;
    const stat: Stat = { kind: kind === "directory" ? "special" : kind, size, mode: mode & 0o7777, uid, gid };
    return {
      id,
      stat,
      read: (offset, length) => {
        if (stat.kind !== "file") return Buffer.alloc(0);
        if (extension?.isCompressed) throw new DiskError("it is compressed with zisofs, which is not supported");
        if (record.isInterleaved) throw new DiskError("it is interleaved with other files, which is not supported");
        return this.#read(sections, offset, length);
      },
      readlink: () => target ?? "",
      names: () => [],
      child: () => undefined,
    };
  }

  #directory({ start, size }: Section, extension: RockRidge | undefined): Inode {
    let known: ReadonlyMap<string, Entry> | undefined;
    const entries = () => {
      known ??= this.#entries(start, size);
      return known;
    };
    const { mode, uid, gid } = extension?.owner ?? NO_OWNER;
    return {
      id: `directory ${start}`,
      stat: { kind: "directory", size: 0, mode: mode & 0o7777, uid, gid },
      read: () => Buffer.alloc(0),
      readlink: () => "",
      names: () => entries().keys(),
      child: (name) => {
        const entry = entries().get(name);
        return entry && this.#inode(entry);
      },
    };
  }

  #entries(start: number, size: number): Map<string, Entry> {
    if (size > LIMITS.size) throw new DiskError("it is damaged: a directory has an impossible size");
    const { blockSize } = this.#volume;
    const found = new Map<string, Entry>();
    let sections: Section[] = [];
    const budget = { left: LIMITS.elsewhere };
    let index = 0;
    for (const record of recordsOf(size, blockSize, (offset, length) => this.#disk.read(start + offset, length))) {
      if (++index > LIMITS.entries)
        throw new DiskError("it is damaged: a directory has an impossible number of entries");
      const { name, flags } = record;
      if ((name.length === 1 && name[0]! <= 1) || flags & FLAG.associated) continue;
      sections.push({ start: record.start, size: record.size });
      // The next record is a further part of the same file.
      if (flags & FLAG.continues) continue;
      const parts = sections;
      sections = [];
      const extension =
        this.#skipped === undefined
          ? undefined
          : readRockRidge(this.#disk, record.system.subarray(this.#skipped), blockSize, budget);
      if (extension?.isMoved) continue;
      const text = extension?.name ?? this.#plainName(name);
      if (/^\.{0,2}$|[/\0]/.test(text)) throw new DiskError("it is damaged: a name in the directory is invalid");
      if (found.has(text)) continue;
      found.set(text, { id: `${start}:${index}`, record, extension, sections: parts });
    }
    return found;
  }

  /** A name without its version, as Linux shows it. */
  #plainName(stored: Buffer): string {
    if (!this.#volume.isJoliet) return stored.toString("latin1").replace(/;\d+$/, "").replace(/\.$/, "").toLowerCase();
    const even = stored.subarray(0, stored.length - (stored.length % 2));
    const text = Buffer.from(even).swap16().toString("utf16le").replace(/;1$/, "");
    return Buffer.from(text, "utf8").toString("latin1");
  }

  #read(sections: readonly Section[], offset: number, length: number): Buffer {
    const pieces: Buffer[] = [];
    let at = 0;
    for (const { start, size } of sections) {
      const from = Math.max(offset, at);
      const to = Math.min(offset + length, at + size);
      if (from < to) pieces.push(this.#disk.read(start + from - at, to - from));
      at += size;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}

function sum(sections: readonly Section[]): number {
  return sections.reduce((all, { size }) => all + size, 0);
}
