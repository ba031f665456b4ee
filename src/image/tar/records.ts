import { TarError } from "./header.ts";

/** The largest extended header that is read, in bytes: Linux knows no longer path than 4 KiB. */
export const RECORDS_LIMIT = 1024 * 1024;

/** The attributes that matter here. */
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

/** Extended attributes by key, a character for each byte; the pieces of a sparse file in the order in which they stand. */
export interface Records {
  readonly values: Map<string, string>;
  /** Values of GNU.sparse.offset and GNU.sparse.numbytes, taking turns. */
  readonly pieces: string[];
}

/** Reads the records of a PAX header, `LENGTH KEY=VALUE\n` each. @throws {TarError} when they are damaged. */
export function parseRecords(content: Buffer): Records {
  const records: Records = { values: new Map(), pieces: [] };
  for (let start = 0; start < content.length; ) {
    // Zeros fill up what some programs reserve.
    if (content[start] === 0) break;
    const space = content.indexOf(0x20, start);
    const length = space === -1 || space - start > 8 ? Number.NaN : Number(content.toString("latin1", start, space));
    const end = start + length;
    const equals = content.indexOf(0x3d, space);
    if (!(end <= content.length) || equals === -1 || equals >= end || content[end - 1] !== 0x0a)
      throw new TarError("an extended header in it is damaged");
    const key = content.toString("latin1", space + 1, equals);
    const value = (): string => content.toString("latin1", equals + 1, end - 1);
    if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") records.pieces.push(value());
    else if (KEYS.has(key)) records.values.set(key, value());
    start = end;
  }
  return records;
}

/** A decimal number that a record holds. @throws {TarError} when it is none. */
export function decimal(text: string): number {
  const value = /^\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new TarError(`an extended header in it holds no number: ${text.slice(0, 40).replace(/[^ -~]/g, "?")}`);
  return value;
}
