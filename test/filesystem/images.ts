import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

interface Stored {
  readonly images: Readonly<Record<string, { readonly gzip: string }>>;
}

/** A small file system that is only read. images.json says how they were made. */
export function smallImage(name: string): Buffer {
  const { images } = JSON.parse(readFileSync("test/filesystem/images.json", "utf8")) as Stored;
  return gunzipSync(Buffer.from(images[name]!.gzip, "base64"));
}
