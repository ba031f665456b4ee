import { type Compression, decompressed } from "../../disk/compression/compression.ts";
import { Bytes } from "../../tar/bytes.ts";
import { TarError } from "../../tar/header.ts";

/** The maximum compression ratio after the first GiB; no root file system is that regular. */
const RATIO_LIMIT = 300;

/** The decompressed bytes of a stream. `isLimited` says whether they must not be far more than those of the stream. */
export function unpacked(raw: Bytes, compression: Compression, isLimited = () => true): Bytes {
  let taken = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of raw.rest()) {
      taken += chunk.length;
      yield chunk;
    }
  }
  return new Bytes(decompressed(compression, counted()), (total) => {
    if (total > 2 ** 30 && total > RATIO_LIMIT * taken && isLimited())
      throw new TarError(`it expands to more than ${RATIO_LIMIT} times its size, which no image does`);
  });
}
