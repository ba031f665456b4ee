import { TarError } from "./header.ts";

/** The size limit for an extended header, in bytes; Linux limits paths to 4 KiB. */
export const RECORDS_LIMIT = 1024 * 1024;

/** The relevant attributes. */
const KEYS: ReadonlySet<string> = new Set([
  "path",
  "linkpath",
  "size",
  "uid",
  "gid",
  "GNU.sparse.name",
  "GNU.sparse.major",
  "GNU.sparse.realsize",
  "GNU.sparse.size",
  "GNU.sparse.map",
]);

/** Extended attributes by key, one character per byte; the pieces of a sparse file in their order. */
export interface Records {
  readonly values: Map<string, string>;
  /** Alternating values of GNU.sparse.offset and GNU.sparse.numbytes. */
  readonly pieces: string[];
}

/** Reads the records of a PAX header, each `LENGTH KEY=VALUE\n`. @throws {TarError} if they are damaged. */
export function parseRecords(content: Buffer): Records {
  const records: Records = { values: new Map(), pieces: [] };
  for (let start = 0; start < content.length; ) {
    // Some programs reserve space and fill it with zeros.
    if (content[start] === 0) break;
    const space = content.indexOf(0x20, start);
    const length = space === -1 || space - start > 8 ? Number.NaN : Number(content.toString("latin1", start, space));
    const end = start + length;
    const equals = content.indexOf(0x3d, space);
    if (!(end <= content.length) || equals === -1 || equals >= end || content[end - 1] !== 0x0a)
      throw new TarError("it contains a damaged extended header");
    const key = content.toString("latin1", space + 1, equals);
    const value = (): string => content.toString("latin1", equals + 1, end - 1);
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") records.pieces.push(value());
    else if (KEYS.has(key)) records.values.set(key, value());
    start = end;
  }
  return records;
}

/** The decimal number in a record. @throws {TarError} if it is not a number. */
export function decimal(text: string): number {
  const value = /^\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new TarError(
      `it contains an extended header with an invalid number: ${text.slice(0, 40).replace(/[^ -~]/g, "?")}`,
    );
  return value;
}
