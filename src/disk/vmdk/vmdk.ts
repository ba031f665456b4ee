import { type Disk, DiskError, partOf } from "../disk.ts";
import type { DiskFormat, Surroundings } from "../format.ts";
import { joinedDisk, zeroDisk } from "../joined.ts";
import { hasMark, quoted } from "../marks.ts";
import { type Extent, LONGEST_DESCRIPTOR, parseDescriptor } from "./descriptor.ts";
import { bytes, readSparseHeader, SPARSE_MARK, sparseDisk } from "./sparse.ts";

const DESCRIPTOR_MARK = "# Disk DescriptorFile";

/** VMware's format: one sparse file with its descriptor inside, or a descriptor that names files of flat or sparse parts. */
export const vmdk: DiskFormat = {
  name: "vmdk",
  matches: (file) => hasMark(file, 0, SPARSE_MARK) || hasMark(file, 0, DESCRIPTOR_MARK),
  open(file, around) {
    if (!hasMark(file, 0, SPARSE_MARK)) return joined(parseDescriptor(textOf(file, 0, file.size)), around);
    const header = readSparseHeader(file);
    const { offset, length } = header.descriptor;
    const extents = offset === 0 ? [] : parseDescriptor(textOf(file, offset, length));
    // A sparse file of no size is only the envelope of its descriptor.
    return header.size === 0 && extents.length > 0 ? joined(extents, around) : sparseDisk(file, header);
  },
};

function textOf(file: Disk, offset: number, length: number): string {
  if (length > LONGEST_DESCRIPTOR) throw new DiskError(`it is damaged: its descriptor has ${length} bytes`);
  return file.read(offset, length).toString("utf8");
}

function joined(extents: readonly Extent[], around: Surroundings): Disk {
  if (extents.length === 0) throw new DiskError("it is damaged: its descriptor names no parts");
  return joinedDisk(extents.map((extent) => partIn(extent, around)));
}

function partIn({ sectors, kind, file: name, offset }: Extent, around: Surroundings): Disk {
  const size = bytes(sectors);
  if (kind === "ZERO") return zeroDisk(size);
  if (kind !== "FLAT" && kind !== "VMFS" && kind !== "SPARSE")
    throw new DiskError(`its part ${quoted(name)} is of the kind ${kind}, which is not supported`);
  const file = around.sibling(name);
  try {
    if (kind !== "SPARSE") return partOf(file, bytes(offset), size);
    if (!hasMark(file, 0, SPARSE_MARK)) throw new DiskError("it is not a sparse VMDK");
    return partOf(sparseDisk(file, readSparseHeader(file)), 0, size);
  } catch (error) {
    if (error instanceof DiskError) throw new DiskError(`its part ${quoted(name)}: ${error.message}`);
    throw error;
  }
}
