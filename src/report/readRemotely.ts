import { usageOfAll } from "../disk/remote/usage.ts";
import type { NotLinted } from "./fleet.ts";
import type { ImageReport } from "./imageReport.ts";

const MIB = 2 ** 20;

/**
 * What was read of images on other machines, such as `Read 74 blocks (37.0 MiB) in 76 requests, about $0.0002`; "" if all
 * are on this one.
 */
export function readInWords(reports: readonly ImageReport[], notLinted: readonly NotLinted[] = []): string {
  const usage = usageOfAll([...reports, ...notLinted].flatMap(({ usage }) => usage ?? []));
  if (usage === undefined) return "";
  const { blocks, bytes, requests, price } = usage;
  const read = `Read ${blocks} ${blocks === 1 ? "block" : "blocks"} (${(bytes / MIB).toFixed(1)} MiB)`;
  const asked = `in ${requests} ${requests === 1 ? "request" : "requests"}`;
  if (price === undefined) return `${read} ${asked}`;
  return `${read} ${asked}, ${price < 0.0001 ? "less than $0.0001" : `about $${price.toFixed(4)}`}`;
}
