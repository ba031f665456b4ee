import type { Image } from "./image.ts";

/**
 * Computes a result from a file's text once, although each setting in the file requests it. The text of a missing file
 * is "".
 * @param limit the number of bytes of a file that are read
 */
export function onceAFile<T>(
  work: (text: string, path: string) => T,
  limit = Number.POSITIVE_INFINITY,
): (image: Image, path: string) => T {
  const known = new WeakMap<Buffer, { readonly path: string; readonly result: T }>();
  return (image, path) => {
    const bytes = image.read(path);
    if (bytes === undefined) return work("", path);
    const last = known.get(bytes);
    if (last?.path === path) return last.result;
    const result = work(bytes.toString("utf8", 0, Math.min(limit, bytes.length)), path);
    known.set(bytes, { path, result });
    return result;
  };
}
