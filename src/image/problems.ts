import type { ImageProblem } from "./image.ts";

/** Collects what could not be read: one problem for each path, and none below a path that has one. */
export class Problems {
  readonly list: ImageProblem[] = [];
  readonly #paths = new Set<string>();

  add(path: string, reason: string): void {
    if (this.#paths.has(path) || this.#paths.has(path.slice(0, path.lastIndexOf("/")))) return;
    this.#paths.add(path);
    this.list.push({ path, reason });
  }
}
