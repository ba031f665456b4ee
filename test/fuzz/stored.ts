import type { Input } from "./target.ts";

/** An input as JSON holds it: texts as they are, bytes as base64. */
export type StoredInput = Readonly<Record<string, string | { readonly base64: string }>>;

export function toStored(input: Input): StoredInput {
  const parts = Object.entries(input).map(([name, part]) => [
    name,
    typeof part === "string" ? part : { base64: part.toString("base64") },
  ]);
  return Object.fromEntries(parts);
}

export function fromStored(stored: StoredInput): Input {
  const parts = Object.entries(stored).map(([name, part]) => [
    name,
    typeof part === "string" ? part : Buffer.from(part.base64, "base64"),
  ]);
  return Object.fromEntries(parts);
}
