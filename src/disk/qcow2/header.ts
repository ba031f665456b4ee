import { type Disk, DiskError } from "../disk.ts";
import { quoted } from "../marks.ts";
import { u64be } from "../number.ts";

/** What is needed of a header (QEMU, docs/interop/qcow2.rst). Sizes and offsets in bytes. */
export interface Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  /** The disk's size. */
  readonly size: number;
  readonly l1Offset: number;
  readonly l1Size: number;
  readonly compression: "zlib" | "zstd";
  /** Each entry of a second table has a bitmap of the 32 parts of its cluster. */
  readonly hasSubclusters: boolean;
  /** QEMU found damage in it. */
  readonly isCorrupt: boolean;
}

/** Bits of the incompatible features. Bit 0, that reference counts are out of date, does not matter for reading. */
const FEATURES = { dirty: 1, corrupt: 2, externalData: 4, compressionType: 8, extendedL2: 16 };
const KNOWN = Object.values(FEATURES).reduce((all, bit) => all | bit);

const SIZE = { version2: 72, version3: 104, withCompression: 112 };

/** @throws {DiskError} */
export function readHeader(file: Disk): Header {
  if (file.size < SIZE.version2) throw new DiskError("it is truncated within its header");
  const bytes = file.read(0, Math.min(SIZE.withCompression, file.size));
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3)
    throw new DiskError(`it is qcow version ${version}; versions 2 and 3 are supported`);
  if (version === 3 && bytes.length < SIZE.version3) throw new DiskError("it is truncated within its header");
  const backing = u64be(bytes, 8);
  if (backing !== 0) throw overlay(textAt(file, backing, bytes.readUInt32BE(16)));
  const encryption = bytes.readUInt32BE(32);
  if (encryption !== 0)
    throw new DiskError(`it is encrypted (${{ 1: "AES", 2: "LUKS" }[encryption] ?? `method ${encryption}`})`);
  const isThird = version === 3;
  const features = isThird ? bytes.readUInt32BE(76) : 0;
  const headerLength = isThird ? bytes.readUInt32BE(100) : SIZE.version2;
  if (isThird) checkFeatures(features, bytes.readUInt32BE(72), () => dataFileName(file, headerLength));
  const clusterBits = bytes.readUInt32BE(20);
  const hasSubclusters = (features & FEATURES.extendedL2) !== 0;
  if (clusterBits < (hasSubclusters ? 14 : 9) || clusterBits > 21)
    throw new DiskError(`it is damaged: its clusters have 2^${clusterBits} bytes`);
  const header: Header = {
    version,
    clusterBits,
    size: u64be(bytes, 24),
    l1Offset: u64be(bytes, 40),
    l1Size: bytes.readUInt32BE(36),
    compression: compressionOf(isThird && headerLength > SIZE.version3 && bytes.length > 104 ? bytes[104]! : 0),
    hasSubclusters,
    isCorrupt: (features & FEATURES.corrupt) !== 0,
  };
  checkTable(header);
  return header;
}

function checkFeatures(features: number, high: number, dataFile: () => string): void {
  if (features & FEATURES.externalData)
    throw new DiskError(`its data is in another file${dataFile()}; convert it with qemu-img convert -O qcow2`);
  const unknown = [high, features & ~KNOWN].map((bits) => (bits >>> 0).toString(16));
  if (unknown.some((bits) => bits !== "0"))
    throw new DiskError(`it uses features that are not supported (bits ${unknown.join(", ")} of the header)`);
}

function compressionOf(type: number): "zlib" | "zstd" {
  if (type > 1) throw new DiskError(`its clusters are compressed with an unknown method (type ${type})`);
  return type === 1 ? "zstd" : "zlib";
}

/** The first table must have an entry for every part of the disk. */
function checkTable({ clusterBits, hasSubclusters, size, l1Size }: Header): void {
  const reach = 2 ** (2 * clusterBits - (hasSubclusters ? 4 : 3));
  if (l1Size < size / reach) throw new DiskError("it is damaged: its first table is too small for its size");
}

function overlay(name: string): DiskError {
  return new DiskError(
    `it holds only what differs from its backing file ${quoted(name)}; merge both with qemu-img convert -O qcow2`,
  );
}

/** The type of the header extension that names the data file. */
const DATA_FILE = 0x44415441;

/** The name in the header's extensions, in quotes after a space; "" without one. */
function dataFileName(file: Disk, start: number): string {
  for (let at = start, count = 0; count < 16 && at + 8 <= file.size; count++) {
    const head = file.read(at, 8);
    const length = head.readUInt32BE(4);
    if (head.readUInt32BE(0) === DATA_FILE) return ` (${quoted(textAt(file, at + 8, length))})`;
    if (head.readUInt32BE(0) === 0) return "";
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return "";
}

/** The longest name that QEMU allows. */
const LONGEST_NAME = 1023;

function textAt(file: Disk, offset: number, length: number): string {
  if (offset > file.size) return "?";
  return file.read(offset, Math.min(length, LONGEST_NAME, file.size - offset)).toString("utf8");
}
