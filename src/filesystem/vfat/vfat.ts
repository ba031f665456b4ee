import { type Disk, DiskError } from "../../disk/disk.ts";
import type { FilesystemFormat, Inode } from "../filesystem.ts";
import { type BootSector, hasBootSector, readBootSector } from "./bootSector.ts";
import { type DirectoryEntry, readEntries } from "./directory.ts";

/** The largest directory, in bytes: 65,536 entries, as the format has it. */
const DIRECTORY_LIMIT = 65_536 * 32;

/** FAT12, FAT16 and FAT32 with long names, on which EFI partitions and the boot partitions of a Raspberry Pi are. */
export const vfat: FilesystemFormat = {
  type: "vfat",
  matches: hasBootSector,
  open(disk) {
    const sector = readBootSector(disk);
    const files = new Files(disk, sector);
    const { label = sector.label.trimEnd() } = files.rootEntries();
    const serial = sector.serial.toString(16).toUpperCase().padStart(8, "0");
    return {
      type: "vfat",
      uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
      label: label === "" || label === "NO NAME" ? undefined : label,
      warnings: [],
      problems: [],
      root: files.root(),
    };
  },
};

class Files {
  readonly #disk: Disk;
  readonly #sector: BootSector;

  constructor(disk: Disk, sector: BootSector) {
    this.#disk = disk;
    this.#sector = sector;
  }

  root(): Inode {
    return this.#directory("root", () => this.#rootBytes());
  }

  rootEntries(): ReturnType<typeof readEntries> {
    return readEntries(this.#rootBytes());
  }

  #rootBytes(): Buffer {
    const { root } = this.#sector;
    if ("cluster" in root) return this.#directoryBytes(root.cluster);
    return this.#disk.read(root.start, root.size);
  }

  #directoryBytes(cluster: number): Buffer {
    const { clusterSize } = this.#sector;
    const chain = this.#chain(cluster, Math.ceil(DIRECTORY_LIMIT / clusterSize));
    return Buffer.concat(chain.map((one) => this.#cluster(one)));
  }

  #inode(entry: DirectoryEntry, id: string): Inode {
    const { cluster, size } = entry;
    if (entry.isDirectory) return this.#directory(cluster, () => this.#directoryBytes(cluster));
    const { clusterSize } = this.#sector;
    let chain: readonly number[] | undefined;
    return {
      id,
      // As Linux mounts it for root.
      stat: { kind: "file", size, mode: entry.isReadOnly ? 0o555 : 0o755, uid: 0, gid: 0 },
      read: (offset, length) => {
        const end = Math.min(offset + length, size);
        const pieces: Buffer[] = [];
        for (let at = offset; at < end; ) {
          chain ??= this.#chain(cluster, Math.ceil(size / clusterSize));
          const number = chain[Math.floor(at / clusterSize)];
          if (number === undefined) throw new DiskError("it is damaged: its chain of clusters is too short");
          const start = at % clusterSize;
          const count = Math.min(clusterSize - start, end - at);
          pieces.push(this.#cluster(number).subarray(start, start + count));
          at += count;
        }
        return Buffer.concat(pieces);
      },
      readlink: () => "",
      names: () => [],
      child: () => undefined,
    };
  }

  #directory(id: number | string, bytes: () => Buffer): Inode {
    let known: ReadonlyMap<string, { readonly name: string; readonly inode: Inode }> | undefined;
    const entries = () => {
      known ??= new Map(
        readEntries(bytes()).entries.map((entry, index) => [
          folded(entry.name),
          { name: entry.name, inode: this.#inode(entry, `${id}:${index}`) },
        ]),
      );
      return known;
    };
    return {
      id,
      stat: { kind: "directory", size: 0, mode: 0o755, uid: 0, gid: 0 },
      read: () => Buffer.alloc(0),
      readlink: () => "",
      names: () => [...entries().values()].map(({ name }) => name),
      child: (name) => entries().get(folded(name))?.inode,
    };
  }

  #cluster(number: number): Buffer {
    const { dataStart, clusterSize } = this.#sector;
    return this.#disk.read(dataStart + (number - 2) * clusterSize, clusterSize);
  }

  /** The clusters from one on, at most `limit` of them. */
  #chain(first: number, limit: number): number[] {
    const chain: number[] = [];
    const seen = new Set<number>();
    for (let at = first; at >= 2 && at < this.#sector.clusters; at = this.#next(at)) {
      if (chain.length >= limit) break;
      if (seen.has(at)) throw new DiskError("it is damaged: its chain of clusters is a loop");
      seen.add(at);
      chain.push(at);
    }
    return chain;
  }

  /** The entry of the table for a cluster. */
  #next(cluster: number): number {
    const { tableStart, bits } = this.#sector;
    if (bits === 16) return this.#disk.read(tableStart + cluster * 2, 2).readUInt16LE();
    if (bits === 32) return this.#disk.read(tableStart + cluster * 4, 4).readUInt32LE() & 0x0fffffff;
    const pair = this.#disk.read(tableStart + Math.floor(cluster * 1.5), 2).readUInt16LE();
    return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
  }
}

/** A name as FAT compares it: whatever its case. */
function folded(name: string): string {
  return Buffer.from(name, "latin1").toString("utf8").toUpperCase();
}
