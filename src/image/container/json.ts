/** Values of JSON documents in a container image, which may have any shape. */
export type Json = { readonly [key: string]: unknown };

/** The size limit for a document, in bytes; registries limit manifests to 4 MiB. */
export const DOCUMENT_LIMIT = 8 * 1024 * 1024;

/** Undefined if it is not JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** An object; an empty one for everything else. */
export function objectIn(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A list; an empty one for everything else. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string; undefined for everything else. */
export function stringIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
