import type { Layer, LayerReading } from "./layer.ts";

/** The files of a container image as a program wrote them: a directory, or an archive of it. Paths begin with "/". */
export interface Layout {
  /** The path of a file with its links resolved; undefined if it does not exist. */
  find(path: string): string | undefined;
  /**
   * The bytes of a small file at a path that `find` returned.
   * @throws {Error} if it cannot be read, with a message for the user
   */
  document(path: string): Buffer;
  /**
   * The layer in a file at such a path. A file that was read before may have kept what other options asked for.
   * @throws {Error} if it is damaged or not a layer
   */
  layer(path: string, reading: LayerReading): Promise<Layer>;
}
