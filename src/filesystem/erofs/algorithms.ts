import { Lzma, propertiesOf } from "../../disk/compression/xz/lzma.ts";
import { damaged } from "../../disk/decompress/decompress.ts";
import { lz4Start } from "../../disk/decompress/lz4.ts";
import { deflateRaw } from "../../disk/decompress/zlib.ts";
import { zstd } from "../../disk/decompress/zstd/zstd.ts";

/** Decompresses the first `length` bytes of data that has at most `limit`. */
type Decompress = (bytes: Buffer, length: number, limit: number) => Buffer;

/** By their numbers (Z_EROFS_COMPRESSION_*). Data may hold more than the part of a file that refers to it. */
export const ALGORITHMS: readonly (Decompress | undefined)[] = [
  (bytes, length) => lz4Start(bytes, length),
  (bytes, length) => microLzma(bytes, length),
  (bytes, length, limit) => deflateRaw(bytes, limit).subarray(0, length),
  (bytes, length, limit) => zstd(bytes, limit).subarray(0, length),
];

/** LZMA of which the first byte, which is always 0, holds the inverted properties (lzma_microlzma_decoder of XZ Utils). */
function microLzma(bytes: Buffer, length: number): Buffer {
  if (bytes.length < 5) damaged("lzma");
  const lzma = new Lzma();
  lzma.reset(propertiesOf(~bytes[0]! & 0xff));
  const input = Buffer.from(bytes);
  input[0] = 0;
  const out = Buffer.allocUnsafe(length);
  lzma.decodeStart(input, out);
  return out;
}
