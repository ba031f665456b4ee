/** One package source: a line of sources.list, or one combination of a deb822 stanza. */
export interface SourceEntry {
  readonly type: string;
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Options by their name in sources.list: "arch", "signed-by". */
  readonly options: ReadonlyMap<string, string>;
  readonly path: string;
  readonly line: number;
}
