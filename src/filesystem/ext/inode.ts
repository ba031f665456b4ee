import { DiskError } from "../../disk/disk.ts";
import { type Inode, kindOfMode, type Stat } from "../filesystem.ts";
import { inlineRest } from "./attributes.ts";
import type { BlockMap } from "./blockMap.ts";
import { folded } from "./casefold.ts";
import { checkEntries, checksumPlace, entriesIn } from "./directory.ts";
import { extentMap } from "./extents.ts";
import { INCOMPAT } from "./features.ts";
import { inodeTable } from "./groups.ts";
import { indirectMap } from "./indirect.ts";
import { u32bytes, type Volume } from "./volume.ts";

const ROOT = 2;

/** Flags of inodes that change how they are read. */
const FLAGS = { encrypted: 0x800, extents: 0x80000, inline: 0x10000000, casefold: 0x40000000 } as const;

/** The size of the fields that every inode has, and where in them the numbers of blocks, or what stands in their place, are. */
const FIELDS = { size: 128, data: 40, dataSize: 60 };

/** No link is longer than a block, which is the most that this can be. */
const LONGEST_LINK = 65_536;

/** More is not read at once. */
const MOST_AT_ONCE = 2 ** 30;

/** The root directory. @throws {DiskError} */
export function rootOf(volume: Volume): Inode {
  const root = inodeAt(volume, ROOT);
  if (root.stat.kind !== "directory") throw new DiskError("it is damaged: its root is no directory");
  return root;
}

/** @throws {DiskError} if there is no inode of this number, or it is not in use */
export function inodeAt(volume: Volume, number: number): ExtInode {
  const { inodes, inodesPerGroup, inodeSize, groups, blockSize } = volume.superblock;
  const group = Math.floor((number - 1) / inodesPerGroup);
  if (number < 1 || number > inodes || group >= groups)
    throw new DiskError(`it is damaged: it refers to inode ${number} of ${inodes}`);
  const at = ((number - 1) % inodesPerGroup) * inodeSize;
  const block = volume.block(inodeTable(volume, group) + Math.floor(at / blockSize));
  const bytes = Buffer.from(block.subarray(at % blockSize, (at % blockSize) + inodeSize));
  // A deleted file keeps its mode; one that was never used has none.
  if (bytes.readUInt16LE(0) === 0 || bytes.readUInt16LE(26) === 0)
    throw new DiskError(`it is damaged: inode ${number}, which it refers to, is not in use`);
  return new ExtInode(volume, number, bytes);
}

/** An inode (Documentation/filesystems/ext4, "Index Nodes"). */
class ExtInode implements Inode {
  readonly id: number;
  readonly stat: Stat;
  readonly mtime: number;
  readonly #volume: Volume;
  readonly #bytes: Buffer;
  readonly #flags: number;

  constructor(volume: Volume, id: number, bytes: Buffer) {
    this.id = id;
    this.#volume = volume;
    this.#bytes = bytes;
    this.#flags = bytes.readUInt32LE(32);
    const mode = bytes.readUInt16LE(0);
    const kind = kindOfMode(mode);
    const hasHighSize = kind === "file" || (kind === "directory" && volume.has("incompat", INCOMPAT.largeDirectories));
    const size = bytes.readUInt32LE(4) + (hasHighSize ? bytes.readUInt32LE(108) * 2 ** 32 : 0);
    if (!Number.isSafeInteger(size)) throw new DiskError("it is damaged: its size is far too large");
    this.stat = {
      kind,
      size,
      mode: mode & 0o7777,
      uid: bytes.readUInt16LE(2) + bytes.readUInt16LE(120) * 2 ** 16,
      gid: bytes.readUInt16LE(24) + bytes.readUInt16LE(122) * 2 ** 16,
    };
    // Two bits more than 32 are in what larger inodes add.
    const hasMore = bytes.length > FIELDS.size && bytes.readUInt16LE(FIELDS.size) >= 12;
    this.mtime = bytes.readInt32LE(16) + (hasMore ? (bytes.readUInt32LE(136) & 3) * 2 ** 32 : 0);
    volume.once(`inode ${id}`, () => this.#verify());
  }

  read(offset: number, length: number): Buffer {
    if (this.stat.kind !== "file") throw new DiskError("it is no file");
    this.#refuseEncrypted();
    return this.#readData(offset, length);
  }

  readlink(): string {
    if (this.stat.kind !== "symlink") throw new DiskError("it is no symbolic link");
    this.#refuseEncrypted();
    if (this.stat.size > LONGEST_LINK) throw new DiskError("it is damaged: the link is too long");
    const target = this.#isFastLink() ? this.#data.subarray(0, this.stat.size) : this.#readData(0, this.stat.size);
    return target.toString("latin1").replace(/\0.*$/s, "");
  }

  *names(): Generator<string> {
    for (const [name] of this.#entries())
      if (name === "" || /[/\0]/.test(name))
        this.#volume.problems.add(`directory ${this.id} has an entry with an invalid name, which is left out`);
      else if (name !== "." && name !== "..") yield name;
  }

  child(name: string): Inode | undefined {
    if (name === "" || name === "." || name === "..") return undefined;
    const table = this.#volume.names.table(this.id, () => this.#entries());
    const number = (table === undefined ? this.#search(name) : table.get(name)) ?? this.#searchFolded(name);
    if (number === undefined) return undefined;
    if (number < this.#volume.superblock.firstInode)
      throw new DiskError(`it is damaged: an entry of the directory refers to the reserved inode ${number}`);
    return inodeAt(this.#volume, number);
  }

  /** Names and numbers of inodes of all entries. */
  *#entries(): Generator<readonly [string, number]> {
    for (const piece of this.#pieces())
      for (const { inode, start, end } of entriesIn(piece)) yield [piece.toString("latin1", start, end), inode];
  }

  #search(name: string): number | undefined {
    const bytes = Buffer.from(name, "latin1");
    for (const piece of this.#pieces()) {
      // Most blocks do not have these bytes anywhere.
      if (!piece.includes(bytes)) continue;
      for (const { inode, start, end } of entriesIn(piece)) if (bytes.equals(piece.subarray(start, end))) return inode;
    }
    return undefined;
  }

  #searchFolded(name: string): number | undefined {
    if ((this.#flags & FLAGS.casefold) === 0 || !this.#volume.has("incompat", INCOMPAT.casefold)) return undefined;
    const wanted = folded(name);
    for (const [other, inode] of this.#entries()) if (folded(other) === wanted) return inode;
    return undefined;
  }

  /** Where the numbers of blocks are, or a short link, or the beginning of inline data. */
  get #data(): Buffer {
    return this.#bytes.subarray(FIELDS.data, FIELDS.data + FIELDS.dataSize);
  }

  get #isInline(): boolean {
    return (this.#flags & FLAGS.inline) !== 0 && this.#volume.has("incompat", INCOMPAT.inlineData);
  }

  /** What follows the fields of an inode that is larger than the first ones were; the first two bytes say how many these are. */
  get #attributes(): Buffer {
    if (this.#bytes.length === FIELDS.size) return Buffer.alloc(0);
    return this.#bytes.subarray(FIELDS.size + this.#bytes.readUInt16LE(FIELDS.size));
  }

  /** What checksums of it and of its own blocks begin with: its number and its generation. */
  get #seed(): number {
    const owner = Buffer.concat([u32bytes(this.id), this.#bytes.subarray(100, 104)]);
    return ~this.#volume.checksum(this.#volume.superblock.checksumSeed, owner);
  }

  #refuseEncrypted(): void {
    if ((this.#flags & FLAGS.encrypted) !== 0) throw new DiskError("it is encrypted (fscrypt)");
  }

  /** Whether a link is in the inode: it has no blocks but that of its attributes (ext4_inode_is_fast_symlink). */
  #isFastLink(): boolean {
    if (this.#isInline || this.stat.size > FIELDS.dataSize) return false;
    const hasAttributes = this.#bytes.readUInt32LE(104) !== 0 || this.#bytes.readUInt16LE(118) !== 0;
    const own = hasAttributes ? this.#volume.superblock.clusterSize / 512 : 0;
    return this.#bytes.readUInt32LE(28) - own === 0;
  }

  get #map(): BlockMap {
    if ((this.#flags & FLAGS.extents) === 0) return indirectMap(this.#volume, this.#data);
    return extentMap(this.#volume, this.#data, { number: this.id, seed: () => this.#seed });
  }

  #readData(offset: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.stat.size - offset));
    if (wanted > MOST_AT_ONCE) throw new DiskError("it is too large to be read at once");
    if (this.#isInline) return this.#readInline(offset, wanted);
    const { blockSize } = this.#volume.superblock;
    const map = this.#map;
    const pieces: Buffer[] = [];
    for (let done = 0; done < wanted; ) {
      const at = offset + done;
      const within = at % blockSize;
      const { start, count } = map((at - within) / blockSize);
      const size = Math.min(wanted - done, count * blockSize - within);
      pieces.push(start === undefined ? Buffer.alloc(size) : this.#volume.disk.read(start * blockSize + within, size));
      done += size;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  /** Bytes of inline data. A file that was made longer has zeros behind it, which are stored nowhere. */
  #readInline(offset: number, length: number): Buffer {
    const stored = Buffer.concat([this.#data, inlineRest(this.#attributes) ?? Buffer.alloc(0)]);
    const bytes = Buffer.alloc(length);
    if (offset < stored.length) stored.copy(bytes, 0, offset);
    return bytes;
  }

  /** The blocks of a directory, or the two parts of one that is inline. */
  *#pieces(): Generator<Buffer> {
    if (this.stat.kind !== "directory") throw new DiskError("it is no directory");
    this.#refuseEncrypted();
    if (this.#isInline) {
      // The first four bytes are the parent directory's number, in place of "." and "..".
      for (const piece of [this.#data.subarray(4), inlineRest(this.#attributes) ?? Buffer.alloc(0)]) {
        checkEntries(piece);
        yield piece;
      }
      return;
    }
    const { blockSize } = this.#volume.superblock;
    const [map, blocks] = [this.#map, Math.ceil(this.stat.size / blockSize)];
    const seen = new Set<number>();
    for (let block = 0; block < blocks; ) {
      const { start, count } = map(block);
      if (start === undefined) this.#volume.problems.add(`directory ${this.id} has a hole`);
      else
        for (let index = 0; index < count && block + index < blocks; index++) {
          if (seen.has(start + index)) throw new DiskError("it is damaged: the directory has a block twice");
          seen.add(start + index);
          yield this.#verified(start + index);
        }
      block += count;
    }
  }

  /** A block of this directory, all of whose entries are valid. */
  #verified(number: number): Buffer {
    const block = this.#volume.block(number);
    this.#volume.once(`directory ${number} of ${this.id}`, () => {
      checkEntries(block);
      if (!this.#volume.hasChecksums) return;
      const place = checksumPlace(block);
      if (place === undefined) return this.#volume.problems.add(`a block of directory ${this.id} has no checksum`);
      if (this.#volume.checksum(this.#seed, ...place.covered) !== block.readUInt32LE(place.at))
        this.#volume.problems.add(`a block of directory ${this.id} has a wrong checksum`);
    });
    return block;
  }

  /** Its checksum is in two halves, the second only where inodes are larger than the first ones were. */
  #verify(): void {
    if (!this.#volume.hasChecksums) return;
    const bytes = Buffer.from(this.#bytes);
    const hasHigh = bytes.length > FIELDS.size && bytes.readUInt16LE(FIELDS.size) >= 4;
    const stored = bytes.readUInt16LE(124) + (hasHigh ? bytes.readUInt16LE(130) * 2 ** 16 : 0);
    bytes.writeUInt16LE(0, 124);
    if (hasHigh) bytes.writeUInt16LE(0, 130);
    const sum = this.#volume.checksum(this.#seed, bytes);
    if ((hasHigh ? sum : sum & 0xffff) !== stored) this.#volume.problems.add(`inode ${this.id} has a wrong checksum`);
  }
}
