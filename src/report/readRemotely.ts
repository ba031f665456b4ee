import type { ImageReport } from "./imageReport.ts";

const MIB = 2 ** 20;

/**
 * What was read of images on other machines, such as `Read 74 blocks (37.0 MiB) in 76 requests, about $0.0002`; "" if all
 * are on this one.
 */
export function readInWords(reports: readonly ImageReport[]): string {
  const usages = reports.flatMap(({ usage }) => usage ?? []);
  if (usages.length === 0) return "";
  const sum = (of: (usage: (typeof usages)[number]) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  const blocks = sum((usage) => usage.blocks);
  const requests = sum((usage) => usage.requests);
  const read = `Read ${blocks} ${blocks === 1 ? "block" : "blocks"} (${(sum(({ bytes }) => bytes) / MIB).toFixed(1)} MiB)`;
  const asked = `in ${requests} ${requests === 1 ? "request" : "requests"}`;
  if (usages.every(({ price }) => price === undefined)) return `${read} ${asked}`;
  const price = sum((usage) => usage.price ?? 0);
  return `${read} ${asked}, ${price < 0.0001 ? "less than $0.0001" : `about $${price.toFixed(4)}`}`;
}
