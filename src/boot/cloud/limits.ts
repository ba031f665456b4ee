import type { SeedFile } from "../../config/userData/parts.ts";

/** In bytes; those of real clouds have some ten thousand. */
const LONGEST = 1_000_000;
const MOST_VALUES = 20_000;

/** Whether a document of a cloud, in JSON or XML, is so large that no cloud has sent it. Its values are estimated. */
export function isTooLarge({ bytes }: SeedFile): boolean {
  if (bytes.length > LONGEST) return true;
  let marks = 0;
  for (const byte of bytes) if (byte === COMMA || byte === ANGLE) marks++;
  return marks > MOST_VALUES;
}

/** Between the values of JSON, and before the elements of XML. */
const COMMA = 0x2c;
const ANGLE = 0x3c;
