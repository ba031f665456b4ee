import { BLOCK } from "./header.ts";

/** Whether a header can hold a name: POSIX splits it in two at a slash. */
export function fitsHeader(name: string): boolean {
  return splitName(name) !== undefined;
}

/**
 * An archive of regular files in POSIX's format, with mode 0600 and without times, so that equal files give equal bytes.
 * @throws {Error} for a name that no header can hold
 */
export function tarOf(files: Iterable<readonly [name: string, content: Buffer]>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, content] of files) {
    const split = splitName(name);
    if (split === undefined) throw new Error(`${name}: too long for an archive`);
    parts.push(headerOf(split, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1)));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

function splitName(name: string): { readonly prefix: string; readonly last: string } | undefined {
  if (!/^[\x21-\x7e]+$/.test(name)) return undefined;
  if (name.length <= 100) return { prefix: "", last: name };
  const slash = name.indexOf("/", name.length - 101);
  return slash <= 0 || slash > 155 ? undefined : { prefix: name.slice(0, slash), last: name.slice(slash + 1) };
}

function headerOf({ prefix, last }: { readonly prefix: string; readonly last: string }, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(last, 0, "latin1");
  header.write(octal(0o600, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100, "latin1");
  // The checksum counts itself as spaces.
  header.write("        0", 148, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)} `, 148, "latin1");
  return header;
}
