/** How many entries are kept, of all directories together. */
const MOST = 100_000;

/** What is looked up in a directory more than once is found in a table of its names, of which the last ones are kept. */
export class Names {
  readonly #tables = new Map<number, ReadonlyMap<string, number>>();
  /** Directories in which something has been looked up. */
  readonly #asked = new Set<number>();
  readonly #tooLarge = new Set<number>();
  #kept = 0;

  /**
   * The table of a directory, by the number of its inode; undefined at the first time and for one that is too large, where
   * the directory must be searched.
   * @param entries all names and the inodes they refer to
   */
  table(
    directory: number,
    entries: () => Iterable<readonly [string, number]>,
  ): ReadonlyMap<string, number> | undefined {
    const known = this.#tables.get(directory);
    if (known !== undefined || this.#tooLarge.has(directory)) return known;
    if (!this.#asked.has(directory)) {
      this.#asked.add(directory);
      return undefined;
    }
    const table = new Map<string, number>();
    for (const [name, inode] of entries()) {
      // Of two entries of one name a search finds the first.
      if (!table.has(name)) table.set(name, inode);
      if (table.size > MOST) {
        this.#tooLarge.add(directory);
        return undefined;
      }
    }
    this.#keep(directory, table);
    return table;
  }

  #keep(directory: number, table: ReadonlyMap<string, number>): void {
    this.#tables.set(directory, table);
    this.#kept += table.size;
    for (const [oldest, { size }] of this.#tables) {
      if (this.#kept <= MOST) return;
      this.#tables.delete(oldest);
      this.#kept -= size;
    }
  }
}
