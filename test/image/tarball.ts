import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What a header says; what is left out is as in a small file of root's. */
export interface Entry {
  readonly name?: string | Buffer;
  /** The first part of a name that is split in two. */
  readonly prefix?: string;
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** A size that is not the content's. */
  readonly size?: number;
}

/** A tar archive with these members, in this order; `end` is its end mark. */
export function tarball(entries: readonly Entry[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(member), end]);
}

/** A PAX header that extends the next member. */
export function pax(attributes: Readonly<Record<string, string>>, type = "x"): Entry {
  const content = Object.entries(attributes).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return { name: "pax", type, content: content.join("") };
}

/** The members for what is at some paths of a tree and below them; those that are not there are left out. */
export function packed(root: string, paths: readonly string[] = ["."]): Entry[] {
  return paths.flatMap((path): Entry[] => {
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const { uid, gid } = stat;
    const entry = { mode: stat.mode & 0o7777, uid, gid };
    if (stat.isSymbolicLink()) return named(path, { ...entry, type: "2", link: readlinkSync(join(root, path)) });
    if (stat.isFile()) return named(path, { ...entry, content: readFileSync(join(root, path)) });
    const names = readdirSync(join(root, path)).map((name) => `${path}/${name}`);
    return [...named(`${path}/`, { ...entry, type: "5" }), ...packed(root, names)];
  });
}

/** A member with a name and a link of any length. */
function named(name: string, { link = "", ...entry }: Entry): Entry[] {
  const long = { ...(Buffer.byteLength(name) > 100 && { path: name }), ...(link.length > 100 && { linkpath: link }) };
  return [...(Object.keys(long).length > 0 ? [pax(long)] : []), { ...entry, name, link }];
}

function member(entry: Entry): Buffer[] {
  const { name = "x", prefix = "", type = "0", content = "", link = "", mode = 0o644, uid = 0, gid = 0, size } = entry;
  const data = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  Buffer.from(name as string).copy(header, 0, 0, 100);
  [mode, uid, gid].forEach((number, i) => {
    header.write(`${number.toString(8).padStart(7, "0")}\0`, 100 + 8 * i);
  });
  header.write(`${(size ?? data.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}
