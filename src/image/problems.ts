import type { ImageProblem } from "./image.ts";

/** Collects what could not be read, one problem for each path. */
export class Problems {
  readonly list: ImageProblem[] = [];
  readonly #paths = new Set<string>();

  add(path: string, reason: string): void {
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    this.list.push({ path, reason });
  }
}
