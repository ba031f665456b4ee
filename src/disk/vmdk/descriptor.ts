import { DiskError } from "../disk.ts";
import { quoted } from "../marks.ts";

/** A part of a disk: `sectors` of 512 bytes, in a file or, without one, zeros. */
export interface Extent {
  readonly sectors: number;
  /** FLAT, SPARSE, ZERO, VMFS ... */
  readonly kind: string;
  readonly file: string;
  /** Where a flat part begins in its file, in sectors. */
  readonly offset: number;
}

/** How many parts a disk may have: 2 TB in parts of 2 GB are 1,024. */
const MOST_EXTENTS = 4096;

/** The longest descriptor, in bytes. Those of real disks have some 20 sectors at most. */
export const LONGEST_DESCRIPTOR = 2 ** 20;

/**
 * The extents in the text that describes a disk (Virtual Disk Format 5.0, "The Descriptor File").
 * @throws {DiskError} if the disk holds only what differs from another one, or there are far too many
 */
export function parseDescriptor(text: string): Extent[] {
  const extents: Extent[] = [];
  const values = new Map<string, string>();
  for (const line of text.split(/[\r\n\0]+/)) {
    const extent = /^\s*(?:RW|RDONLY|NOACCESS)\s+(\d{1,15})\s+(\w+)(?:\s+"([^"]*)"(?:\s+(\d{1,15}))?)?/.exec(line);
    if (extent !== null) {
      const [, sectors, kind = "", file = "", offset = "0"] = extent;
      extents.push({ sectors: Number(sectors), kind: kind.toUpperCase(), file, offset: Number(offset) });
      if (extents.length > MOST_EXTENTS) throw new DiskError(`it has more than ${MOST_EXTENTS} parts`);
      continue;
    }
    const [, key, value] = /^\s*([\w.]+)\s*=\s*"?([^"]*)"?\s*$/.exec(line) ?? [];
    if (key !== undefined) values.set(key.toLowerCase(), value!.trim());
  }
  const parent = values.get("parentcid");
  if (parent !== undefined && !/^f{8}$/i.test(parent))
    throw new DiskError(
      `it holds only what differs from its parent ${quoted(values.get("parentfilenamehint") ?? parent)}; merge both first`,
    );
  return extents;
}
