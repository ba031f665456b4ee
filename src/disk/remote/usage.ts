import type { RemoteUsage } from "./source.ts";

/** What was read in all; the price is that of those whose price is known. Undefined if there are none. */
export function usageOfAll(usages: readonly RemoteUsage[]): RemoteUsage | undefined {
  if (usages.length === 0) return undefined;
  const sum = (of: (usage: RemoteUsage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  const isPriced = usages.some(({ price }) => price !== undefined);
  return {
    blocks: sum(({ blocks }) => blocks),
    bytes: sum(({ bytes }) => bytes),
    requests: sum(({ requests }) => requests),
    ...(isPriced ? { price: sum(({ price = 0 }) => price) } : {}),
  };
}

/** What was read since the function was last called. */
export function readSince(usage: () => RemoteUsage): () => RemoteUsage {
  let last: RemoteUsage | undefined;
  return () => {
    const now = usage();
    const { blocks = 0, bytes = 0, requests = 0, price = 0 } = last ?? {};
    last = now;
    return {
      blocks: now.blocks - blocks,
      bytes: now.bytes - bytes,
      requests: now.requests - requests,
      ...(now.price === undefined ? {} : { price: now.price - price }),
    };
  };
}
