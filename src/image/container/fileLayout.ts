import type { Image } from "../image.ts";
import { digestRule } from "./digest.ts";
import { DOCUMENT_LIMIT } from "./json.ts";
import { readLayer, type Sources, type Stored, Totals } from "./layer.ts";
import type { OpenedLayout } from "./open.ts";

/** The number of bytes of a layer to read at once. */
const CHUNK = 256 * 1024;

/**
 * A layout whose files can be read at random: a directory or an uncompressed archive, as an image. `open` gives the file
 * at a path without links.
 */
export function fileLayout(image: Image, open: (path: string) => Stored): OpenedLayout {
  const sources: Sources = new WeakMap();
  return {
    sources,
    totals: new Totals(),
    problems: image.problems,
    find: (path) => (image.stat(path)?.kind === "file" ? image.realpath(path) : undefined),
    document(path) {
      const file = open(path);
      if (file.size > DOCUMENT_LIMIT) throw new Error(`${path} is too large: ${file.size} bytes`);
      return file.read(0, file.size);
    },
    layer(path, reading) {
      const file = open(path);
      return readLayer(chunksOf(file), digestRule(path), reading, file);
    },
  };
}

/** Each piece is valid until the next one is asked for. */
async function* chunksOf(file: Stored): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafe(Math.min(CHUNK, file.size));
  for (let at = 0; at < file.size; ) {
    const length = file.readInto(memory, at);
    if (length === 0) return;
    at += length;
    yield memory.subarray(0, length);
  }
}
