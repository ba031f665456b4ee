import { DiskError } from "../../../disk/disk.ts";
import { u64be } from "../../../disk/number.ts";
import type { Entry } from "./entry.ts";

/** The entries of a directory that its inode holds: `xfs_dir2_sf_hdr` and `xfs_dir2_sf_entry` of xfs_format.h. */
export function* shortFormEntries(bytes: Buffer, hasFileTypes: boolean): Generator<Entry> {
  const fail = () => new DiskError("it is damaged: its entries do not fit into its inode");
  if (bytes.length < 2) throw fail();
  const numberSize = bytes[1] === 0 ? 4 : 8;
  let at = 2 + numberSize;
  for (let left = bytes[0]!; left > 0; left--) {
    const length = bytes[at] ?? 0;
    const numberAt = at + 3 + length + (hasFileTypes ? 1 : 0);
    if (length === 0 || numberAt + numberSize > bytes.length) throw fail();
    const inode = numberSize === 4 ? bytes.readUInt32BE(numberAt) : u64be(bytes, numberAt);
    yield { name: bytes.toString("latin1", at + 3, at + 3 + length), inode };
    at = numberAt + numberSize;
  }
}
