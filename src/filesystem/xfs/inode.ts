import { DiskError } from "../../disk/disk.ts";
import { u64be } from "../../disk/number.ts";
import { type Inode, kindOfMode, type Stat } from "../filesystem.ts";
import { entries, find } from "./directory/directory.ts";
import { type Fork, readSpace } from "./space.ts";
import { isRightChecksum } from "./superblock.ts";
import { targetOf } from "./symlink.ts";
import type { Volume } from "./volume.ts";

/** Numbers in `struct xfs_dinode` of xfs_format.h. */
const FORMATS = ["device", "local", "extents", "tree"] as const;
const REALTIME = 0x1;
const LARGE_COUNTS = 0x10;
const BIG_TIME = 0x8;
/** By the version of the inode: where its data begin. */
const DATA_AT = { 1: 100, 2: 100, 3: 176 } as const;
const CHECKSUM_AT = 100;

/** Larger parts of a file are read piece by piece. */
const LARGEST_READ = 2 ** 31;

/** An inode by its number. @throws {DiskError} if it is damaged or free */
export function readInode(volume: Volume, number: number): Inode {
  const bytes = volume.readInode(number);
  const version = versionOf(volume, number, bytes);
  const mode = bytes.readUInt16BE(2);
  if (mode === 0) throw new DiskError(`it is damaged: its inode ${number} is free`);
  const stat: Stat = {
    kind: kindOfMode(mode),
    size: u64be(bytes, 56),
    mode: mode & 0o7777,
    uid: bytes.readUInt32BE(8),
    gid: bytes.readUInt32BE(12),
  };
  const isRealtime = (bytes.readUInt16BE(90) & REALTIME) !== 0;
  return new XfsInode(
    { id: number, stat, mtime: mtimeOf(bytes, version) },
    () => forkOf(volume, number, bytes, version),
    isRealtime,
  );
}

class XfsInode implements Inode {
  readonly id: number;
  readonly stat: Stat;
  readonly mtime: number;
  readonly #fork: () => Fork;
  readonly #isRealtime: boolean;

  constructor({ id, stat, mtime }: Pick<XfsInode, "id" | "stat" | "mtime">, fork: () => Fork, isRealtime: boolean) {
    this.id = id;
    this.stat = stat;
    this.mtime = mtime;
    this.#fork = fork;
    this.#isRealtime = isRealtime;
  }

  read(offset: number, length: number): Buffer {
    this.#mustBe("file");
    if (this.#isRealtime) throw new DiskError("its data are on the realtime device, which is not supported");
    const inside = Math.min(length, this.stat.size - offset);
    if (!(inside > 0)) return Buffer.alloc(0);
    if (inside > LARGEST_READ) throw new DiskError(`${inside} bytes are too many to read at once`);
    return readSpace(this.#fork(), offset, inside);
  }

  readlink(): string {
    this.#mustBe("symlink");
    return targetOf(this.#fork(), this.stat.size);
  }

  *names(): Generator<string> {
    this.#mustBe("directory");
    for (const { name } of entries(this.#fork(), this.stat.size)) yield name;
  }

  child(name: string): Inode | undefined {
    this.#mustBe("directory");
    const fork = this.#fork();
    const entry = find(fork, this.stat.size, name);
    return entry && readInode(fork.volume, entry.inode);
  }

  #mustBe(kind: Stat["kind"]): void {
    if (this.stat.kind !== kind) throw new DiskError(`it is no ${kind}`);
  }
}

/** Seconds, or with this flag nanoseconds since 2^31 seconds before 1970. */
function mtimeOf(bytes: Buffer, version: 1 | 2 | 3): number {
  const isLarge = version === 3 && (bytes.readUInt32BE(124) & BIG_TIME) !== 0;
  return isLarge ? Number(bytes.readBigUInt64BE(40) / 1_000_000_000n) - 2 ** 31 : bytes.readInt32BE(40);
}

function versionOf(volume: Volume, number: number, bytes: Buffer): 1 | 2 | 3 {
  const version = bytes[4]!;
  const isVersion = volume.superblock.version === 5 ? version === 3 : version === 1 || version === 2;
  if (bytes.toString("latin1", 0, 2) !== "IN" || !isVersion)
    throw new DiskError(`it is damaged: there is no inode ${number}`);
  if (version !== 3) return version as 1 | 2;
  if (!isRightChecksum(bytes, CHECKSUM_AT)) volume.problems.add(`inode ${number} has a wrong checksum`);
  const isOwn =
    bytes.readUInt32BE(152) * 2 ** 32 + bytes.readUInt32BE(156) === number &&
    bytes.toString("hex", 160, 176) === volume.superblock.metaUuid;
  if (!isOwn) throw new DiskError(`it is damaged: inode ${number} belongs elsewhere`);
  return version;
}

/** The data fork ends where that of the attributes begins, if there are any. */
function forkOf(volume: Volume, inode: number, bytes: Buffer, version: 1 | 2 | 3): Fork {
  const format = FORMATS[bytes[5]!];
  if (format === undefined) throw new DiskError(`it is damaged: inode ${inode} has data of an unknown format`);
  const start = DATA_AT[version];
  const attributes = bytes[82]! * 8;
  if (start + attributes > bytes.length) throw new DiskError(`it is damaged: inode ${inode} exceeds its size`);
  const hasLargeCounts = version === 3 && (bytes.readUInt32BE(124) & LARGE_COUNTS) !== 0;
  return {
    volume,
    inode,
    format,
    bytes: bytes.subarray(start, attributes === 0 ? bytes.length : start + attributes),
    extentCount: hasLargeCounts ? bytes.readUInt32BE(24) * 2 ** 32 + bytes.readUInt32BE(28) : bytes.readUInt32BE(76),
  };
}
