import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { Random } from "../../fuzz/random.ts";

export interface TreeOptions {
  /** How many bytes all files have together, about; holes do not count. Default: 4 MB. */
  readonly content?: number;
  /** How many entries the largest directory has. Default: up to 600. */
  readonly entries?: number;
  /** The size of the largest file, nearly all of which is a hole. Default: 5 GiB. */
  readonly hole?: number;
  /** Only names of letters that programs with lists of names accept: no bytes that are no UTF-8, no newline. */
  readonly plainNames?: boolean;
  /** The length of the longest name. Default: 255. */
  readonly longestName?: number;
  /** The length of the longest link. Default: 4095; one that is too long for the file system is left out. */
  readonly longestLink?: number;
  /** Extended attributes, which share the room of inodes with small files in some file systems. Default: some. */
  readonly attributes?: boolean;
}

/** Sizes of files at which file systems change how they store one. */
const SIZES = [
  ...[0, 1, 7, 59, 60, 61, 90, 127, 155, 156, 157, 200, 511, 512, 513, 1023, 1024, 1025, 2000, 2048, 2049],
  ...[4095, 4096, 4097, 8192, 10_000, 12_288, 12_289, 49_152, 49_153, 65_535, 65_536, 65_537, 131_072, 131_073],
  ...[270_000, 274_432, 300_001, 1_000_000],
];

/** The lengths of links: in the inode, at its end, in a block, the longest. */
const LINKS = [1, 5, 20, 58, 59, 60, 61, 100, 155, 156, 255, 300, 500, 1000, 1023, 1024, 2000, 4000, 4095];

const MODES = [0o644, 0o644, 0o600, 0o755, 0o4755, 0o2755, 0o6711, 0o1777, 0o000, 0o7777, 0o444];
const OWNERS = [0, 0, 1, 1000, 65_534, 65_535, 65_536, 100_000, 2_147_483_648, 4_294_967_294];

/**
 * Fills a directory with what a file system can hold: long and odd names, many entries of which some are removed again,
 * files of all sizes, sparse and scattered ones, hard links, links of all lengths, deep directories, devices, pipes,
 * modes, owners. Needs root and python3. What the file system there refuses (a link that is too long for its blocks) is
 * left out.
 */
export function randomTree(directory: string, random: Random, options: TreeOptions = {}): void {
  new Maker(Buffer.from(`${directory}/`), random, options).make();
}

class Maker {
  readonly #random: Random;
  readonly #options: TreeOptions;
  readonly #directories: Buffer[];
  readonly #files: Buffer[] = [];
  readonly #taken = new Set<string>();
  readonly #text: Buffer;
  readonly #noise: Buffer;
  #left: number;

  /** Paths of directories end with a slash. */
  constructor(root: Buffer, random: Random, options: TreeOptions) {
    this.#random = random;
    this.#options = options;
    this.#directories = [root];
    this.#left = options.content ?? 4_000_000;
    this.#noise = Buffer.alloc(1 << 20);
    for (let at = 0; at < this.#noise.length; at += 4) this.#noise.writeUInt32LE(random.below(2 ** 32), at);
    const words = Array.from({ length: 200 }, (_, word) => this.#noise.toString("hex", 5 * word, 5 * word + 4));
    this.#text = Buffer.from(Array.from({ length: 60_000 }, () => random.pick(words)).join(" "));
  }

  make(): void {
    const random = this.#random;
    for (let count = random.between(8, 40); count > 0; count--) this.#directory();
    this.#deep();
    for (const size of SIZES) if (random.chance(2)) this.#file(size);
    for (let count = random.between(30, 120); count > 0; count--) this.#anyFile();
    for (let count = random.between(1, 3); count > 0; count--) this.#scattered();
    this.#sparse();
    for (let count = random.between(10, 40); count > 0; count--) this.#link();
    for (let count = random.between(3, 15); count > 0; count--) this.#hardLink();
    this.#crowd();
    this.#special();
    this.#modes();
  }

  /** A path that does not exist, in any directory or in this one. */
  #path(parent = this.#random.pick(this.#directories), name = this.#name()): Buffer {
    for (let given = name; ; given = this.#name()) {
      const path = Buffer.concat([parent, given]);
      const key = path.toString("latin1");
      // PATH_MAX, with which this process can name it.
      if (path.length > 4000) return this.#path();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return path;
    }
  }

  #name(): Buffer {
    const random = this.#random;
    const letters = (length: number) => {
      const from = random.below(900_000);
      return this.#noise.toString("hex", from, from + 128).slice(0, length);
    };
    const name = random.pick([
      () => letters(random.between(1, 12)),
      () => letters(random.between(1, 12)),
      () => `${letters(random.between(1, 8))}.conf`,
      () => letters(random.between(13, 60)),
      () => letters(Math.min(random.pick([127, 128, 200, 254, 255]), this.#options.longestName ?? 255)),
      () => random.pick(["-", " ", "...", ".a", "..b", "~", "'", '"', "*", "\\", "$x", "a b", "%41"]) + letters(3),
      () => random.pick(["ä", "ß", "é", "e\u0301", "日本", "😀", "İ"]) + letters(3),
    ])();
    if (this.#options.plainNames || !random.chance(8)) return Buffer.from(name);
    const odd = Buffer.from(name.slice(0, 200));
    const at = random.below(odd.length);
    odd[at] = random.pick([1, 9, 10, 13, 27, 127, 128, 0xc3, 0xfe, 0xff]);
    return odd;
  }

  #directory(parent?: Buffer, name?: Buffer): Buffer {
    const path = this.#path(parent, name);
    mkdirSync(path);
    const directory = Buffer.concat([path, Buffer.from("/")]);
    this.#directories.push(directory);
    return directory;
  }

  #deep(): void {
    const long = this.#random.chance(3);
    let at = this.#directories[0]!;
    for (let depth = this.#random.between(10, long ? 14 : 120); depth > 0; depth--)
      at = this.#directory(at, Buffer.from((long ? "d".repeat(220) : "d") + this.#random.below(10)));
  }

  /** Random bytes, text that compresses well, or either with blocks of zeros. */
  #content(size: number): Buffer {
    const random = this.#random;
    const source = random.chance(2) ? this.#noise : this.#text;
    const content = Buffer.alloc(size);
    for (let at = 0; at < size; ) {
      const from = random.below(source.length - 1000);
      at += source.copy(content, at, from, Math.min(source.length, from + random.pick([1000, 100_000, 500_000])));
    }
    for (let count = random.pick([0, 0, 1, 3]); count > 0; count--) {
      const at = random.below(size + 1);
      content.fill(0, at, Math.min(size, at + random.pick([4096, 16_384, 100_000])));
    }
    return content;
  }

  #write(path: Buffer, pieces: Iterable<readonly [offset: number, content: Buffer]>, size?: number): void {
    const file = openSync(path, "w");
    try {
      for (const [offset, content] of pieces) writeSync(file, content, 0, content.length, offset);
      if (size !== undefined) ftruncateSync(file, size);
    } finally {
      closeSync(file);
    }
    this.#files.push(path);
  }

  #file(size: number, parent?: Buffer): void {
    const taken = Math.min(size, this.#left);
    this.#left -= taken;
    this.#write(this.#path(parent), [[0, this.#content(taken)]]);
  }

  #anyFile(): void {
    const random = this.#random;
    this.#file(random.below(random.pick([64, 300, 5000, 5000, 20_000, 100_000])));
  }

  /** A file with a hole after each block, so that it has many extents. */
  #scattered(): void {
    const random = this.#random;
    const [count, step] = [random.pick([5, 50, 400, 1600]), random.pick([2048, 8192, 8192, 65_536])];
    const pieces = Array.from({ length: count }, (_, index) => {
      const from = random.below(1_000_000);
      return [index * step, this.#noise.subarray(from, from + random.pick([1, 100, 1024]))] as const;
    });
    // Written in another order, they lie in another order.
    if (random.chance(2)) pieces.reverse();
    this.#write(this.#path(), pieces, random.chance(2) ? count * step + random.below(10_000) : undefined);
  }

  /** Files that are nearly empty, one of them too large for 32 bits. */
  #sparse(): void {
    const random = this.#random;
    const largest = this.#options.hole ?? 5 * 2 ** 30;
    for (const size of [random.below(3_000_000), 200_000_000, largest]) {
      const places = [0, 2 ** 31 - 100, 2 ** 32 - 100, random.below(size + 1), random.below(size + 1), size - 100];
      const pieces = places
        .filter((at) => at >= 0 && at + 200 < size && !random.chance(3))
        .map((at) => [at, this.#noise.subarray(at % 1000, (at % 1000) + 200)] as const);
      this.#write(this.#path(), pieces, size);
    }
  }

  #link(): void {
    const random = this.#random;
    const length = Math.min(
      random.chance(2) ? random.pick(LINKS) : random.between(1, 80),
      this.#options.longestLink ?? 4095,
    );
    const known = random.pick(this.#files);
    const target = random.chance(4)
      ? known.subarray(0, length)
      : Buffer.from("../".repeat(2000).slice(0, random.below(10)) + this.#text.toString("latin1", 0, 4100));
    const path = this.#path();
    try {
      symlinkSync(target.subarray(0, length), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENAMETOOLONG") throw error;
    }
  }

  #hardLink(): void {
    const file = this.#random.pick(this.#files);
    this.#linkOrWrite(file, this.#path());
  }

  /** Another name of a file, or an empty file where that has too many. */
  #linkOrWrite(file: Buffer, path: Buffer): void {
    try {
      linkSync(file, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EMLINK") throw error;
      closeSync(openSync(path, "w"));
    }
  }

  /** A directory with many entries, of which some go again. */
  #crowd(): void {
    const random = this.#random;
    const parent = this.#directory();
    const entries = this.#options.entries ?? random.pick([50, 200, 600]);
    const file = this.#files[0]!;
    const long = random.chance(3);
    for (let index = 0; index < entries; index++) {
      const name = Buffer.from(long ? `${"n".repeat(random.between(50, 240))}${index}` : `n${index}`);
      const path = this.#path(parent, name);
      // Most are links to one file, which cost no inode, until it has too many.
      if (index % 10 === 0) mkdirSync(path);
      else if (index % 10 < 3 || index > 20_000) this.#write(path, []);
      else this.#linkOrWrite(file, path);
      if (index % 10 > 2 && random.chance(3)) this.#remove(path);
    }
  }

  #remove(path: Buffer): void {
    unlinkSync(path);
    if (this.#files.at(-1) === path) this.#files.pop();
  }

  /** What Node cannot make: devices, pipes, sockets, blocks that are reserved, holes that are punched, attributes. */
  #special(): void {
    const random = this.#random;
    const hex = (path: Buffer) => path.toString("hex");
    const tasks: unknown[][] = [];
    for (const kind of ["c", "b", "p", "s"]) tasks.push([kind, hex(this.#path())]);
    for (let count = 0; count < 3; count++) {
      const path = this.#path();
      this.#write(path, [[random.below(20_000), this.#content(random.below(50_000))]]);
      tasks.push(["reserve", hex(path), random.below(60_000), random.between(1, 100_000), random.below(2)]);
      if (random.chance(2)) tasks.push(["punch", hex(path), random.below(40_000), random.between(1, 20_000)]);
    }
    if (this.#options.attributes !== false)
      for (const path of [...this.#files, ...this.#directories])
        if (random.chance(4))
          for (let count = random.pick([1, 1, 2, 5]); count > 0; count--)
            tasks.push([
              "attribute",
              hex(path),
              `user.a${random.below(1000)}`,
              random.pick([0, 3, 30, 60, 100, 300, 900]),
            ]);
    execFileSync("python3", ["-c", PYTHON], { input: JSON.stringify(tasks), stdio: ["pipe", "inherit", "inherit"] });
  }

  /** At the end, since a new owner takes setuid away. */
  #modes(): void {
    const random = this.#random;
    for (const path of [...this.#files, ...this.#directories.slice(1)]) {
      if (random.chance(3)) lchownSync(path, random.pick(OWNERS), random.pick(OWNERS));
      if (random.chance(2)) chmodSync(path, random.pick(MODES));
    }
    chownSync(this.#directories[0]!, 0, 0);
  }
}

/** Tasks as JSON from standard input. What a file system does not support is left out. */
const PYTHON = `
import ctypes, json, os, socket, stat, sys

libc = ctypes.CDLL(None, use_errno=True)

def fallocate(path, mode, offset, length):
    file = os.open(path, os.O_RDWR)
    libc.fallocate(file, mode, ctypes.c_int64(offset), ctypes.c_int64(length))
    os.close(file)

for kind, path, *rest in json.load(sys.stdin):
    path = bytes.fromhex(path)
    try:
        if kind == "c": os.mknod(path, stat.S_IFCHR | 0o620, os.makedev(1, 3))
        elif kind == "b": os.mknod(path, stat.S_IFBLK | 0o660, os.makedev(259, 70000))
        elif kind == "p": os.mknod(path, stat.S_IFIFO | 0o600)
        elif kind == "s": os.mknod(path, stat.S_IFSOCK | 0o755)
        elif kind == "reserve": fallocate(path, rest[2], rest[0], rest[1])
        elif kind == "punch": fallocate(path, 3, rest[0], rest[1])
        elif kind == "attribute": os.setxattr(path, rest[0], b"x" * rest[1])
    except OSError as error:
        if error.errno not in (28, 34, 61, 95, 7): raise
`;
