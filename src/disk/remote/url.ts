import { type RemoteBlocks, RemoteError, type RemoteOptions, type RemoteSource, type RemoteUsage } from "./source.ts";

/** The size of a block, in bytes. */
const BLOCK = 256 * 1024;

/** A file behind a URL, read by ranges. @throws {RemoteError} if the server does not give them */
export async function openUrl(url: string, _options: RemoteOptions): Promise<RemoteSource> {
  const usage: { -readonly [K in keyof RemoteUsage]: RemoteUsage[K] } = { blocks: 0, bytes: 0, requests: 0 };
  const range = async (from: number, to: number): Promise<Response> => {
    usage.requests++;
    const response = await fetch(url, { headers: { range: `bytes=${from}-${to}`, "accept-encoding": "identity" } });
    if (response.status !== 206)
      throw new RemoteError(4, `${url}: the server gives no ranges (status ${response.status})`);
    return response;
  };
  const first = await range(0, 0);
  await first.arrayBuffer();
  const size = Number(/\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1]);
  if (!Number.isSafeInteger(size)) throw new RemoteError(4, `${url}: the server does not say how large it is`);
  const blocks: RemoteBlocks = {
    size,
    blockSize: BLOCK,
    async read(index) {
      const start = index * BLOCK;
      const length = Math.min(BLOCK, size - start);
      const bytes = new Uint8Array(await (await range(start, start + length - 1)).arrayBuffer());
      if (bytes.length !== length) throw new RemoteError(4, `${url}: the server gave too little`);
      usage.blocks++;
      usage.bytes += length;
      return bytes;
    },
  };
  return { disks: [blocks], usage: () => usage };
}
