const SECTOR = 512;

/**
 * A stream-optimized VMDK as VMware and the AWS export write it: the header does not say where the grain directory is,
 * but its copy at the end does, between two markers (Virtual Disk Format 5.0, "Stream-Optimized Compressed Sparse Extents").
 */
export function withFooter(file: Buffer): Buffer {
  const header = Buffer.from(file.subarray(0, SECTOR));
  const before = Buffer.from(header);
  before.fill(0xff, 56, 64);
  const marker = (sectors: number, type: number): Buffer => {
    const bytes = Buffer.alloc(SECTOR);
    bytes.writeBigUInt64LE(BigInt(sectors), 0);
    bytes.writeUInt32LE(type, 12);
    return bytes;
  };
  const body = file.subarray(SECTOR);
  const padding = Buffer.alloc(-body.length & (SECTOR - 1));
  return Buffer.concat([before, body, padding, marker(1, 3), header, marker(0, 0)]);
}
