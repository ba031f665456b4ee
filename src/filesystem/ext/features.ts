/** Bits of s_feature_compat (Documentation/filesystems/ext4, "Super Block") that a reader needs. */
export const COMPAT = { journal: 0x4, sparseSuper2: 0x200 } as const;

/** Bits of s_feature_incompat: who does not know one cannot read the file system. */
export const INCOMPAT = {
  filetype: 0x2,
  recover: 0x4,
  metaGroups: 0x10,
  extents: 0x40,
  /** "64bit" */
  wide: 0x80,
  multipleMountProtection: 0x100,
  flexibleGroups: 0x200,
  attributeInodes: 0x400,
  checksumSeed: 0x2000,
  largeDirectories: 0x4000,
  inlineData: 0x8000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;

/** Bits of s_feature_ro_compat: who does not know one can read the file system all the same. */
export const RO_COMPAT = {
  sparseSuper: 0x1,
  largeFile: 0x2,
  btreeDirectory: 0x4,
  groupChecksums: 0x10,
  bigalloc: 0x200,
  metadataChecksums: 0x400,
} as const;

/** Bits of s_feature_incompat that are not supported and have names, as `dumpe2fs` prints them. */
const NAMES: Readonly<Record<number, string>> = {
  0: "compression",
  3: "journal_dev, the journal of another file system",
  12: "dirdata",
};

const KNOWN = Object.values(INCOMPAT).reduce((all, bit) => all | bit, 0);

/** The features among these of s_feature_incompat that cannot be read, by name. */
export function unsupported(incompat: number): string[] {
  const bits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((incompat & ~KNOWN) >>> bit) & 1);
  return bits.map((bit) => NAMES[bit] ?? `unknown incompatible feature ${bit}`);
}
