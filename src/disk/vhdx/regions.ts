import { type Disk, DiskError } from "../disk.ts";
import { hasMark, quoted } from "../marks.ts";
import { u64le } from "../number.ts";
import { readChecked } from "./header.ts";

/** A range of the file. */
interface Range {
  readonly offset: number;
  readonly length: number;
}

/** What is needed of the metadata ([MS-VHDX] 2.6), and where the table of blocks is. Sizes in bytes. */
export interface Layout {
  readonly table: Range;
  readonly size: number;
  readonly blockSize: number;
  readonly sectorSize: number;
}

const REGIONS = {
  places: [192 * 1024, 256 * 1024],
  size: 64 * 1024,
  most: 2047,
  table: "2dc27766-f623-4200-9d64-115e9bfd4a08",
  metadata: "8b7ca206-4790-4b9a-b8fe-575f050f886e",
};

const ITEMS = {
  parameters: "caa16737-fa36-4d43-b3b6-33f0aa44e76b",
  size: "2fa54224-cd1b-4876-b211-5dbed83bf4b8",
  sectorSize: "8141bf1d-a96f-4709-ba47-f233a8faab5f",
  parent: "a8d35f2d-b30b-454d-abf7-d3d84834ab0c",
};

/** @throws {DiskError} */
export function readLayout(file: Disk): Layout {
  const regions = readRegions(file);
  const table = regions.get(REGIONS.table);
  const metadata = regions.get(REGIONS.metadata);
  if (table === undefined || metadata === undefined) throw new DiskError("it is damaged: a part of it is not named");
  const items = readItems(file, metadata);
  const item = (id: string, length: number): Buffer => {
    const range = items.get(id);
    if (range === undefined || range.length < length) throw new DiskError("it is damaged: its size is not given");
    return file.read(range.offset, length);
  };
  const parameters = item(ITEMS.parameters, 8);
  if (parameters.readUInt32LE(4) & 2) throw parentError(file, items.get(ITEMS.parent));
  const layout: Layout = {
    table,
    blockSize: parameters.readUInt32LE(0),
    size: u64le(item(ITEMS.size, 8), 0),
    sectorSize: item(ITEMS.sectorSize, 4).readUInt32LE(0),
  };
  const { blockSize, sectorSize } = layout;
  if (!isPowerOfTwo(blockSize) || blockSize < 2 ** 20 || blockSize > 2 ** 28)
    throw new DiskError(`it is damaged: its blocks have ${blockSize} bytes`);
  if (sectorSize !== 512 && sectorSize !== 4096)
    throw new DiskError(`it is damaged: its sectors have ${sectorSize} bytes`);
  return layout;
}

/** The regions by their IDs. There are two copies of the table. */
function readRegions(file: Disk): Map<string, Range> {
  for (const place of REGIONS.places) {
    const bytes = hasMark(file, place, "regi") ? readChecked(file, place, REGIONS.size) : undefined;
    if (bytes === undefined) continue;
    const regions = new Map<string, Range>();
    const count = Math.min(bytes.readUInt32LE(8), REGIONS.most);
    for (let at = 16; at < 16 + count * 32; at += 32)
      regions.set(guid(bytes, at), { offset: u64le(bytes, at + 16), length: bytes.readUInt32LE(at + 24) });
    return regions;
  }
  throw new DiskError("it is damaged: both of its region tables are");
}

/** The metadata by their IDs. */
function readItems(file: Disk, { offset, length }: Range): Map<string, Range> {
  if (!hasMark(file, offset, "metadata")) throw new DiskError("it is damaged: its metadata are missing");
  const bytes = file.read(offset, REGIONS.size);
  const items = new Map<string, Range>();
  const count = Math.min(bytes.readUInt16LE(10), REGIONS.most);
  for (let at = 32; at < 32 + count * 32; at += 32) {
    const range = { offset: bytes.readUInt32LE(at + 16), length: bytes.readUInt32LE(at + 20) };
    if (range.offset + range.length <= length)
      items.set(guid(bytes, at), { offset: offset + range.offset, length: range.length });
  }
  return items;
}

/** Keys of the parent locator that hold its path, by preference. */
const PATHS = ["relative_path", "absolute_win32_path", "volume_path"];

function parentError(file: Disk, locator: Range | undefined): DiskError {
  const name =
    locator === undefined ? undefined : parentName(file.read(locator.offset, Math.min(locator.length, 65536)));
  return new DiskError(
    `it holds only what differs from its parent${name === undefined ? "" : ` ${quoted(name)}`}; merge both first`,
  );
}

/** The path in a parent locator: a count at byte 18, then offsets and lengths of keys and values. */
function parentName(bytes: Buffer): string | undefined {
  if (bytes.length < 20) return undefined;
  const entries = new Map<string, string>();
  for (let at = 20, left = bytes.readUInt16LE(18); left > 0 && at + 12 <= bytes.length; at += 12, left--) {
    const text = (offsetAt: number, lengthAt: number): string => {
      const start = bytes.readUInt32LE(offsetAt);
      return bytes.toString("utf16le", start, start + bytes.readUInt16LE(lengthAt));
    };
    entries.set(text(at, at + 8), text(at + 4, at + 10));
  }
  return PATHS.map((key) => entries.get(key)).find((path) => path !== undefined);
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** A GUID as it is usually written: its first three fields are little endian. */
function guid(bytes: Buffer, at: number): string {
  const hex = (start: number, end: number) => bytes.toString("hex", at + start, at + end);
  const number = (start: number, length: number) =>
    bytes
      .readUIntLE(at + start, length)
      .toString(16)
      .padStart(length * 2, "0");
  return `${number(0, 4)}-${number(4, 2)}-${number(6, 2)}-${hex(8, 10)}-${hex(10, 16)}`;
}
