import type { Image } from "./image.ts";

/**
 * Works something out of a file's text once, though it is asked for again with each setting that the file holds. The
 * text of a file that is missing is "".
 * @param limit how many bytes of a file are looked at
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
