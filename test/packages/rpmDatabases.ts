import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { openPackages } from "../../src/packages/open.ts";
import type { Packages } from "../../src/packages/packages.ts";
import type { RpmAnswers } from "./rpmAnswers.ts";

/** The databases in test/packages/rpm, which makeRpmDatabases.py --small made, by their names in /var/lib/rpm. */
export const FORMS = {
  sqlite: ["rpmdb.sqlite"],
  wal: ["rpmdb.sqlite", "rpmdb.sqlite-wal"],
  ndb: ["Packages.db"],
  bdb: ["Packages"],
  swapped: ["Packages"],
} as const;

export type Form = keyof typeof FORMS;

/** The files of a database, by name. */
export function database(form: Form): Record<string, Buffer> {
  return Object.fromEntries(FORMS[form].map((name) => [name, gunzipSync(stored(`${form}.${name}.gz`))]));
}

/** What rpm answered of it. All but the write-ahead log's hold the same packages. */
export function answersOf(form: Form): RpmAnswers {
  const [versions, files, owners] = ["versions", "files", "owners"].map((name) =>
    stored(`${form === "wal" ? "wal" : "sqlite"}.${name}`).toString("utf8"),
  );
  return { versions: versions!, files: files!, owners: owners! };
}

/** An image with the links that the databases were made with. */
export function packagesIn(
  files: Readonly<Record<string, Buffer>>,
  others: Readonly<Record<string, MemoryFile>> = {},
  directory = "/var/lib/rpm",
): Packages {
  const stored = Object.entries(files).map(([name, bytes]) => [`${directory}/${name}`, bytes]);
  const links = { "/bin": { link: "usr/bin" }, "/linked": { link: "usr/share" }, "/usr/bin/env": "" };
  return openPackages(memoryImage({ ...links, ...others, ...Object.fromEntries(stored) }));
}

/** A header blob with the given tags: numbers of 32 bits, a text or a list of texts. */
export function headerOf(tags: Readonly<Record<number, readonly number[] | string | readonly string[]>>): Buffer {
  const entries: Buffer[] = [];
  let data = Buffer.alloc(0);
  for (const [tag, value] of Object.entries(tags)) {
    const texts = typeof value === "string" ? [value] : value;
    const type = typeof value === "string" ? 6 : typeof value[0] === "number" ? 4 : 8;
    entries.push(uint32s(Number(tag), type, data.length, texts.length));
    const bytes = texts.map((one) => (typeof one === "number" ? uint32s(one) : Buffer.from(`${one}\0`)));
    data = Buffer.concat([data, ...bytes]);
  }
  return Buffer.concat([uint32s(entries.length, data.length), ...entries, data]);
}

/** An ndb database that holds the headers. */
export function ndbOf(headers: readonly Buffer[]): Buffer {
  const pages = Math.ceil((headers.length + 2) / 256);
  const slots = Buffer.alloc(pages * 4096);
  slots.write("RpmP");
  slots.writeUInt32LE(pages, 12);
  for (let at = 32; at < slots.length; at += 16) slots.write("Slot", at);
  const blobs: Buffer[] = [slots];
  let start = slots.length / 16;
  for (const [i, header] of headers.entries()) {
    const blob = Buffer.alloc(Math.ceil((16 + header.length + 12) / 16) * 16);
    blob.write("BlbS");
    blob.writeUInt32LE(i + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    blob.writeUInt32LE(header.length, blob.length - 8);
    blob.write("BlbE", blob.length - 4);
    const slot = 32 + 16 * i;
    slots.writeUInt32LE(i + 1, slot + 4);
    slots.writeUInt32LE(start, slot + 8);
    slots.writeUInt32LE(blob.length / 16, slot + 12);
    blobs.push(blob);
    start += blob.length / 16;
  }
  return Buffer.concat(blobs);
}

function uint32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function stored(name: string): Buffer {
  return readFileSync(new URL(`rpm/${name}`, import.meta.url));
}
