import type { Random } from "../../fuzz/random.ts";

/** Random arguments of mkfs.ext4 for a file system that the kernel mounts. */
export function randomOptions(random: Random): string {
  const blockSize = random.pick([1024, 1024, 2048, 4096, 4096]);
  const inodeSize = random.pick([128, 256, 256, 256, 512, 1024]);
  const features = new Set<string>();
  const some = (feature: string, times: number) => {
    if (random.chance(times)) features.add(feature);
    else if (random.chance(2)) features.add(`^${feature}`);
  };
  // Features of ext4 alone leave ext2's and ext3's ways of storing files untried.
  const type = random.pick(["ext4", "ext4", "ext4", "ext3", "ext2"]);
  if (type === "ext4") {
    for (const feature of ["64bit", "metadata_csum", "flex_bg", "extent", "has_journal", "uninit_bg"]) some(feature, 2);
    for (const feature of ["huge_file", "dir_nlink", "sparse_super", "large_dir", "ea_inode", "quota"])
      some(feature, 3);
    if (inodeSize > 128) for (const feature of ["inline_data", "project", "extra_isize"]) some(feature, 2);
    if (random.chance(3)) features.add("meta_bg").add("^resize_inode");
    else if (random.chance(4)) features.add("sparse_super2").add("^resize_inode");
    if (random.chance(4)) features.add("orphan_file").add("has_journal").delete("^has_journal");
    if (random.chance(4)) features.add("metadata_csum").add("metadata_csum_seed").delete("^metadata_csum");
    if (random.chance(5)) features.add("mmp");
    if (random.chance(5)) features.add("fast_commit").add("has_journal").delete("^has_journal");
    if (random.chance(5)) features.add("bigalloc").add("extent").delete("^extent");
  } else some("resize_inode", 2);
  if (type === "ext4" && features.has("^extent")) features.add("^64bit");
  // mkfs.ext4 keeps blocks for growth only where the copies of the superblock are sparse.
  if (features.has("^sparse_super")) features.add("^resize_inode");
  some("dir_index", 2);
  some("filetype", 2);
  if (features.has("64bit") || features.has("bigalloc")) features.add("extent").delete("^extent");
  if (features.has("metadata_csum")) features.delete("uninit_bg");
  if (features.has("project")) features.add("extra_isize").delete("^extra_isize");
  // Fewer blocks or inodes in each group make more groups.
  const groups = random.chance(2) && !features.has("bigalloc") ? ` -g ${random.pick([1, 2, 4]) * 2048}` : "";
  const cluster = features.has("bigalloc") ? ` -C ${blockSize * random.pick([2, 4, 16])}` : "";
  const list = features.size === 0 ? "" : ` -O ${[...features].join(",")}`;
  return `-t ${type} -b ${blockSize} -I ${inodeSize} -N 3000${groups}${cluster}${list}`;
}
