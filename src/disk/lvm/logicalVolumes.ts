import { checkInside, type Disk, DiskError, partOf } from "../disk.ts";
import { listIn, numberIn, type Section, sectionIn, textIn } from "./config.ts";
import { type PhysicalVolume, sequence } from "./physicalVolume.ts";

const SECTOR = 512;

/** A logical volume that a system uses as a device. */
export interface LogicalVolume {
  readonly group: string;
  readonly name: string;
  /** Its bytes, or why they cannot be read. */
  readonly disk: Disk | DiskError;
}

/** Kinds of segments that need the device mapper's own metadata, by how people call them. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  thin: "a thin volume",
  "thin-pool": "a thin pool",
  cache: "a cached volume",
  "cache-pool": "a cache pool",
  writecache: "a cached volume",
  snapshot: "a snapshot",
  mirror: "a mirror",
  vdo: "a VDO volume",
  "vdo-pool": "a VDO pool",
};

/** A run of a logical volume. */
interface Segment {
  /** In bytes, from the start of the logical volume. */
  readonly start: number;
  readonly length: number;
  read(offset: number, length: number): Buffer;
}

/** The logical volumes of all volume groups on the given physical volumes, in the order of their metadata. */
export function logicalVolumes(volumes: readonly PhysicalVolume[]): LogicalVolume[] {
  const disks = new Map(volumes.map(({ id, disk }) => [id, disk]));
  return [...groups(volumes)].flatMap(([name, group]) => volumesOf(name, group, disks));
}

/** Whether a group on the given physical volumes has one of this ID. */
export function isMember(id: string, volumes: readonly PhysicalVolume[]): boolean {
  return groups(volumes).some(([, group]) =>
    [...(sectionIn(group, "physical_volumes") ?? new Map()).values()].some(
      (member) => member instanceof Map && textIn(member, "id")?.replaceAll("-", "") === id,
    ),
  );
}

/** The newest metadata of each group, by its name. Two groups of one name and different IDs are two. */
function groups(volumes: readonly PhysicalVolume[]): [string, Section][] {
  const byId = new Map<string, { name: string; group: Section; seqno: number }>();
  for (const { metadata } of volumes) {
    if (metadata === undefined) continue;
    const seqno = sequence(metadata);
    for (const [name, group] of metadata) {
      if (!(group instanceof Map)) continue;
      const id = textIn(group, "id") ?? name;
      const known = byId.get(id);
      if (known === undefined || seqno > known.seqno) byId.set(id, { name, group, seqno });
    }
  }
  return [...byId.values()].map(({ name, group }) => [name, group]);
}

function volumesOf(groupName: string, group: Section, disks: ReadonlyMap<string, Disk>): LogicalVolume[] {
  const found: LogicalVolume[] = [];
  for (const [name, volume] of sectionIn(group, "logical_volumes") ?? []) {
    if (!(volume instanceof Map) || !listIn(volume, "status").includes("VISIBLE")) continue;
    found.push({ group: groupName, name, disk: diskOf(group, volume, disks) });
  }
  return found;
}

function diskOf(group: Section, volume: Section, disks: ReadonlyMap<string, Disk>): Disk | DiskError {
  try {
    const extent = numberIn(group, "extent_size") * SECTOR;
    if (extent === 0) throw new DiskError("its LVM metadata are damaged");
    const segments: Segment[] = [];
    for (const value of volume.values())
      if (value instanceof Map && value.has("start_extent")) segments.push(segmentOf(group, value, extent, disks));
    segments.sort((a, b) => a.start - b.start);
    const size = segments.reduce((end, { start, length }) => (start === end ? end + length : Number.NaN), 0);
    if (!Number.isSafeInteger(size)) throw new DiskError("its LVM metadata are damaged: its segments do not join");
    return joined(segments, size);
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}

/** @throws {DiskError} if it is of a kind that is not supported, or a disk is missing */
function segmentOf(group: Section, segment: Section, extent: number, disks: ReadonlyMap<string, Disk>): Segment {
  const start = numberIn(segment, "start_extent") * extent;
  const length = numberIn(segment, "extent_count") * extent;
  const type = textIn(segment, "type") ?? "";
  if (type === "zero") return { start, length, read: (_, count) => Buffer.alloc(count) };
  if (type !== "striped")
    throw new DiskError(
      `it is ${OTHER_KINDS[type] ?? (type.startsWith("raid") ? "a RAID volume" : `of the type "${type}"`)} of LVM, which is not supported`,
    );
  const places = listIn(segment, "stripes");
  const stripes: Disk[] = [];
  const count = numberIn(segment, "stripe_count");
  if (count === 0 || places.length !== 2 * count || length % count !== 0)
    throw new DiskError("its LVM metadata are damaged");
  for (let index = 0; index < places.length; index += 2)
    stripes.push(stripe(group, places[index]!, places[index + 1]!, { extent, length: length / count }, disks));
  const [only] = stripes;
  if (count === 1) return { start, length, read: (offset, wanted) => only!.read(offset, wanted) };
  return { start, length, read: interleaved(stripes, numberIn(segment, "stripe_size") * SECTOR) };
}

/** The bytes of one stripe of a segment. */
function stripe(
  group: Section,
  name: number | string,
  first: number | string,
  { extent, length }: { readonly extent: number; readonly length: number },
  disks: ReadonlyMap<string, Disk>,
): Disk {
  const physical = sectionIn(sectionIn(group, "physical_volumes") ?? new Map(), String(name));
  if (physical === undefined || typeof first !== "number" || first < 0)
    throw new DiskError("its LVM metadata are damaged");
  const id = textIn(physical, "id") ?? "";
  const disk = disks.get(id.replaceAll("-", ""));
  if (disk === undefined)
    throw new DiskError(`it lies on another disk as well, the physical volume ${id}; pass all disks, joined by "+"`);
  return partOf(disk, numberIn(physical, "pe_start") * SECTOR + first * extent, length);
}

/** Reads stripes in turn, `size` bytes of each. */
function interleaved(stripes: readonly Disk[], size: number): (offset: number, length: number) => Buffer {
  if (size === 0) throw new DiskError("its LVM metadata are damaged");
  return (offset, length) => {
    const pieces: Buffer[] = [];
    for (let at = offset; at < offset + length; ) {
      const index = Math.floor(at / size);
      const count = Math.min(size - (at % size), offset + length - at);
      const row = Math.floor(index / stripes.length) * size;
      pieces.push(stripes[index % stripes.length]!.read(row + (at % size), count));
      at += count;
    }
    return Buffer.concat(pieces);
  };
}

function joined(segments: readonly Segment[], size: number): Disk {
  const [only] = segments;
  return {
    size,
    read(offset, length) {
      checkInside(this, offset, length);
      if (segments.length === 1) return only!.read(offset, length);
      const pieces: Buffer[] = [];
      for (const { start, length: whole, read } of segments) {
        const from = Math.max(offset, start);
        const to = Math.min(offset + length, start + whole);
        if (from < to) pieces.push(read(from - start, to - from));
      }
      return Buffer.concat(pieces);
    },
  };
}

/** The names that a volume's device has: hyphens in names are doubled where one hyphen joins them (device mapper). */
export function devicesOf({ group, name }: LogicalVolume): string[] {
  const doubled = (text: string) => text.replaceAll("-", "--");
  return [`/dev/mapper/${doubled(group)}-${doubled(name)}`, `/dev/${group}/${name}`];
}
