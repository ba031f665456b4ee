/** What a header says; what is left out is as in a small file of root's. */
export interface Entry {
  readonly name?: string;
  /** The first part of a name that is split in two. */
  readonly prefix?: string;
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
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

function member({ name = "x", prefix = "", type = "0", content = "", link = "", mode = 0o644, size }: Entry): Buffer[] {
  const data = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  header.write("0000000\x000000000\0", 108);
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
