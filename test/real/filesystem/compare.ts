import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { type Filesystem, type Inode, kindOfMode } from "../../../src/filesystem/filesystem.ts";
import { Random } from "../../fuzz/random.ts";

/** Files up to this size are compared whole, larger ones in places. */
const WHOLE = 32 * 2 ** 20;

/** How many bytes are read at once. */
const PIECE = 2 ** 20;

/** What a comparison found: how many paths there are, and what differs, at most 20 of it. */
export interface Comparison {
  readonly paths: number;
  readonly differences: readonly string[];
}

/**
 * Compares all of a file system with a directory, mostly the kernel's mount of the same: names, types, sizes, modes,
 * owners, targets of links, contents, times, and which names are one file. Reading may update access times there.
 */
export function compare(filesystem: Pick<Filesystem, "root">, directory: string): Comparison {
  const differences: string[] = [];
  let paths = 0;
  // Programs that make a file system of a directory do not keep all its times.
  const isMount = lstatSync(directory).dev !== lstatSync(dirname(directory)).dev;
  /** The inodes of the kernel by ours and the other way; subvolumes of a btrfs have devices of their own. */
  const ids = new Map<string, string>();
  const waiting: (readonly [Inode, Buffer])[] = [[filesystem.root, Buffer.from(directory)]];
  for (let next = waiting.pop(); next !== undefined && differences.length < 20; next = waiting.pop()) {
    const [inode, path] = next;
    const differs = (what: string, ours: unknown, theirs: unknown) =>
      differences.push(`${JSON.stringify(path.toString("latin1"))}: ${what}: ${ours} instead of ${theirs}`);
    paths++;
    try {
      const stat = lstatSync(path);
      const kind = kindOfMode(stat.mode);
      const theirs = describe(kind, stat);
      const ours = describe(inode.stat.kind, inode.stat);
      if (ours !== theirs) {
        differs("metadata", ours, theirs);
        continue;
      }
      const id = `${stat.dev}:${stat.ino}`;
      // Empty directories that btrfs shows instead of subvolumes all have number 2.
      if (stat.ino !== 2) {
        if ((ids.get(`ours ${inode.id}`) ?? id) !== id) differs("inode", inode.id, id);
        if ((ids.get(`theirs ${id}`) ?? `${inode.id}`) !== `${inode.id}`) differs("inode", inode.id, id);
        ids.set(`ours ${inode.id}`, id).set(`theirs ${id}`, `${inode.id}`);
      }

      const seconds = Math.floor(stat.mtimeMs / 1000);
      if (isMount && inode.mtime !== undefined && inode.mtime !== seconds) differs("mtime", inode.mtime, seconds);
      if (kind === "file") {
        const [mine, real] = contents(inode, path, stat.size);
        if (mine !== real) differs("content", mine, real);
      } else if (kind === "symlink") {
        const target = readlinkSync(path, "buffer").toString("latin1");
        if (inode.readlink() !== target) differs("target", inode.readlink(), target);
      } else if (kind === "directory") {
        const real = readdirSync(path, { encoding: "buffer" }).map((name) => name.toString("latin1"));
        const mine = [...inode.names()].sort();
        if (mine.join("/") !== real.sort().join("/")) {
          differs("names", mine.length, real.length);
          continue;
        }
        if (inode.child("no such name") !== undefined) differs("child", "some", "none");
        for (const name of real) {
          const child = inode.child(name);
          if (child === undefined) differs("child", "none", JSON.stringify(name));
          else waiting.push([child, Buffer.concat([path, Buffer.from(`/${name}`, "latin1")])]);
        }
      }
    } catch (error) {
      differs("error", (error as Error).stack, "none");
    }
  }
  return { paths, differences };
}

/** Directories have sizes as a file system likes, so these do not count. */
function describe(kind: string, { size, mode, uid, gid }: Pick<Stats, "size" | "mode" | "uid" | "gid">): string {
  const length = kind === "file" || kind === "symlink" ? ` ${size} bytes` : "";
  return `${kind}${length} ${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

/** The digests of what both read, and of the same in places within that no block begins or ends at. */
function contents(inode: Inode, path: Buffer, size: number): readonly [string, string] {
  const random = new Random(`${size}`);
  const places: (readonly [number, number])[] = [];
  if (size <= WHOLE) for (let at = 0; at <= size; at += PIECE) places.push([at, PIECE]);
  else for (const at of [0, 2 ** 31 - 5000, 2 ** 32 - 5000, size - 10_000]) places.push([at, 10_000]);
  for (let count = size <= WHOLE ? 3 : 60; count > 0; count--)
    places.push([random.below(size + 10), random.below(random.pick([10, 5000, 100_000]))]);

  const [ours, theirs] = [createHash("sha256"), createHash("sha256")];
  const file = openSync(path, "r");
  try {
    for (const [at, length] of places) {
      if (at < 0) continue;
      const mine = inode.read(at, length);
      ours.update(`${mine.length} `).update(mine);
      const real = Buffer.alloc(Math.min(length, Math.max(0, size - at) + 1));
      const count = readSync(file, real, 0, real.length, at);
      theirs.update(`${count} `).update(real.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
  return [ours.digest("hex"), theirs.digest("hex")];
}
