import { findPair } from "../../config/merge.ts";
import { unknown } from "../../image/unknown.ts";
import { splitLines } from "../../python/strings.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** The placeholder for the keys of an unknown cloud; there may be none. */
export const cloudKeysPlaceholder = unknown("the public keys that the cloud provides");

/** The public keys in the cloud's meta-data (sources.normalize_pubkey_data, 18.5 to 26.2). */
export function cloudPublicKeys(boot: ModuleRun): string[] {
  const { metaData } = boot.cloud;
  if (metaData === undefined) return [cloudKeysPlaceholder];
  const value = findPair(metaData, "public-keys")?.value;
  if (value === undefined) return [];
  if (value.type === "sequence") return value.children.map((key) => pyStr(key));
  if (value.type === "mapping") return value.children.flatMap((pair) => keysOf(pair.value));
  return value.kind === "str" ? splitLines(String(value.value)) : [];
}

/** A named entry: one key or several. */
function keysOf(value: ConfigNode): string[] {
  if (value.type === "sequence") return value.children.filter((key) => truthy(key)).map((key) => pyStr(key));
  return value.type === "scalar" && value.kind === "str" && value.value !== "" ? [String(value.value)] : [];
}
