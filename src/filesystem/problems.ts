/** How many are listed. An untrusted disk may have one in each block. */
const MOST = 100;

/** Damage that is reported once, however often its place is read. */
export class Problems {
  /** Grows, up to a limit. */
  readonly list: string[] = [];
  readonly #known = new Set<string>();

  add(problem: string): void {
    if (this.#known.size > MOST || this.#known.has(problem)) return;
    this.#known.add(problem);
    this.list.push(this.#known.size > MOST ? "further damage is not listed" : problem);
  }
}
