import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

interface Stored {
  readonly images: Readonly<Record<string, { readonly gzip: string }>>;
}

/** A tiny file system: ext4, ext2, or with a journal to replay (journal, ext3). images.json says how they were made. */
export function tinyImage(name: "ext4" | "ext2" | "journal" | "ext3"): Buffer {
  const { images } = JSON.parse(readFileSync("test/filesystem/ext/images.json", "utf8")) as Stored;
  return gunzipSync(Buffer.from(images[name]!.gzip, "base64"));
}
