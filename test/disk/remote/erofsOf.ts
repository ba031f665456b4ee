import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** The size of a block, in bytes, and of an inode (kernel, Documentation/filesystems/erofs.rst). */
const BLOCK = 4096;
const INODE = 32;

const TYPE = { file: 1, directory: 2, symlink: 7 };

interface Node {
  readonly path: string;
  readonly kind: keyof typeof TYPE;
  readonly mode: number;
  readonly parent: Node | undefined;
  /** In the order of their bytes. */
  readonly names: readonly string[];
  readonly number: number;
  content: Buffer;
}

/**
 * An EROFS image of a directory, all of whose files belong to root. @param gap what each file's content is aligned to, so
 * that it lies in a block of its own of a larger size
 */
export function erofsOf(root: string, gap = BLOCK): Buffer {
  const nodes: Node[] = [];
  const children = new Map<Node, Map<string, Node>>();
  const add = (path: string, parent: Node | undefined): Node => {
    const stat = lstatSync(path);
    const kind = stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "symlink" : "file";
    const names =
      kind === "directory" ? readdirSync(path).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) : [];
    const content =
      kind === "file" ? readFileSync(path) : kind === "symlink" ? Buffer.from(readlinkSync(path)) : Buffer.alloc(0);
    const node: Node = { path, kind, mode: stat.mode, parent, names, number: nodes.length, content };
    nodes.push(node);
    children.set(node, new Map(names.map((name) => [name, add(join(path, name), node)])));
    return node;
  };
  add(root, undefined);
  for (const node of nodes) if (node.kind === "directory") node.content = directory(node, children.get(node)!);

  const inodes = Buffer.alloc(Math.ceil((nodes.length * INODE) / BLOCK) * BLOCK);
  const pieces: { readonly at: number; readonly content: Buffer }[] = [];
  let end = BLOCK + inodes.length;
  for (const node of nodes) {
    const step = node.kind === "file" ? gap : BLOCK;
    const at = Math.ceil(end / step) * step;
    if (node.content.length > 0) {
      pieces.push({ at, content: node.content });
      end = at + node.content.length;
    }
    const offset = node.number * INODE;
    inodes.writeUInt16LE(node.mode, offset + 4);
    inodes.writeUInt16LE(1, offset + 6);
    inodes.writeUInt32LE(node.content.length, offset + 8);
    inodes.writeUInt32LE(at / BLOCK, offset + 16);
  }
  const image = Buffer.alloc(Math.ceil(end / BLOCK) * BLOCK);
  image.writeUInt32LE(0xe0f5e1e2, 1024);
  image[1024 + 12] = Math.log2(BLOCK);
  image.writeUInt32LE(image.length / BLOCK, 1024 + 36);
  image.writeUInt32LE(1, 1024 + 40);
  inodes.copy(image, BLOCK);
  for (const { at, content } of pieces) content.copy(image, at);
  return image;
}

/** A directory's entries, block by block: their heads, then their names. */
function directory(node: Node, children: ReadonlyMap<string, Node>): Buffer {
  const entries: [name: Buffer, node: Node][] = [
    [Buffer.from("."), node],
    [Buffer.from(".."), node.parent ?? node],
    ...[...children].map(([name, child]): [Buffer, Node] => [Buffer.from(name), child]),
  ];
  entries.sort(([one], [other]) => Buffer.compare(one, other));
  const blocks: Buffer[] = [];
  while (entries.length > 0) {
    let count = 0;
    for (let size = 0; count < entries.length; count++) {
      size += 12 + entries[count]![0].length;
      if (size > BLOCK) break;
    }
    const block = Buffer.alloc(BLOCK);
    let at = count * 12;
    for (const [index, [name, { number, kind }]] of entries.splice(0, count).entries()) {
      block.writeUInt32LE(number, index * 12);
      block.writeUInt16LE(at, index * 12 + 8);
      block[index * 12 + 10] = TYPE[kind];
      at += name.copy(block, at);
    }
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}
