import { DiskError } from "../../disk/disk.ts";

/** An entry of a FAT directory. */
export interface DirectoryEntry {
  /** UTF-8, one character for each byte. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isReadOnly: boolean;
  /** The first cluster; 0 for an empty file. */
  readonly cluster: number;
  /** In bytes. */
  readonly size: number;
}

const SIZE = 32;
const END = 0x00;
const REMOVED = 0xe5;
/** Attributes. */
const READ_ONLY = 0x01;
const LABEL = 0x08;
const DIRECTORY = 0x10;
const LONG_NAME = 0x0f;

/** Where the 13 letters of a long name's entry stand. */
const LETTERS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/** The entries of a directory without "." and "..", and the label of a root directory. */
export function readEntries(bytes: Buffer): { readonly entries: readonly DirectoryEntry[]; readonly label?: string } {
  const entries: DirectoryEntry[] = [];
  let label: string | undefined;
  /** The pieces of the next entry's long name: the last comes first. */
  let long: { text: string; sum: number; next: number } | undefined;
  for (let at = 0; at + SIZE <= bytes.length && bytes[at] !== END; at += SIZE) {
    const entry = bytes.subarray(at, at + SIZE);
    const attributes = entry[11]!;
    if (entry[0] === REMOVED) long = undefined;
    else if ((attributes & 0x3f) === LONG_NAME) long = withPiece(long, entry);
    else if ((attributes & LABEL) !== 0) {
      label ??= entry.toString("latin1", 0, 11).trimEnd();
      long = undefined;
    } else {
      const name = long?.next === 0 && long.sum === checksum(entry) ? utf8(long.text) : shortName(entry);
      long = undefined;
      if (name === "." || name === "..") continue;
      if (name === "" || /[/\0]/.test(name)) throw new DiskError("it is damaged: a name in the directory is invalid");
      const isDirectory = (attributes & DIRECTORY) !== 0;
      const cluster = entry.readUInt16LE(20) * 65536 + entry.readUInt16LE(26);
      const isReadOnly = (attributes & READ_ONLY) !== 0;
      entries.push({ name, isDirectory, isReadOnly, cluster, size: isDirectory ? 0 : entry.readUInt32LE(28) });
    }
  }
  return label === undefined ? { entries } : { entries, label };
}

function withPiece(
  long: { text: string; sum: number; next: number } | undefined,
  entry: Buffer,
): { text: string; sum: number; next: number } | undefined {
  const number = entry[0]! & 0x3f;
  const isLast = (entry[0]! & 0x40) !== 0;
  if (number === 0 || number > 20) return undefined;
  if (!isLast && (long === undefined || long.next !== number || long.sum !== entry[13])) return undefined;
  const codes = LETTERS.map((at) => entry.readUInt16LE(at));
  const end = codes.indexOf(0);
  const text = String.fromCharCode(...(end === -1 ? codes : codes.slice(0, end)));
  return { text: text + (isLast ? "" : (long?.text ?? "")), sum: entry[13]!, next: number - 1 };
}

/** The checksum of a short name, by which a long name belongs to it. */
function checksum(entry: Buffer): number {
  let sum = 0;
  for (let index = 0; index < 11; index++) sum = (((sum & 1) << 7) + (sum >> 1) + entry[index]!) & 0xff;
  return sum;
}

/** The name of eight letters and three. Windows NT marks parts that are in lower case. */
function shortName(entry: Buffer): string {
  const flags = entry[12]!;
  const part = (start: number, end: number, isLower: boolean) => {
    const text = entry.toString("latin1", start, end).trimEnd();
    return isLower ? text.toLowerCase() : text;
  };
  const first = part(0, 8, (flags & 0x08) !== 0);
  const extension = part(8, 11, (flags & 0x10) !== 0);
  // The mark of a removed entry is written in another way where a name begins with it.
  const name = entry[0] === 0x05 ? `\xe5${first.slice(1)}` : first;
  return utf8(extension === "" ? name : `${name}.${extension}`);
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
