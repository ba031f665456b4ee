import { excerptOf } from "../../config/userData/excerpt.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { type Image, readText } from "../../image/image.ts";
import type { ConfigNode } from "../../python/tree.ts";

/** Nothing at all. */
export const NOTHING: SeedFile = { path: "", bytes: Buffer.alloc(0) };

/** A string of the configuration that serves as user-data or vendor-data; undefined if it is not a string. */
export function textFile(image: Image, node: ConfigNode | undefined): SeedFile | undefined {
  if (node?.type !== "scalar" || node.kind !== "str") return undefined;
  const { path } = node;
  const text = String(node.value);
  const whole = { text: readText(image, path) ?? "", path, line: 1, indent: 0, verbatim: true };
  return { path, bytes: Buffer.from(text), excerpt: excerptOf(whole, whole.text.split("\n"), node, text) };
}
