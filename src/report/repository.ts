/** Where the files of images stand in a repository, so that code scanning can show findings beside them. */
export interface Repository {
  /** The repository's file for a path of an image whose text is `text` (undefined: unknown); undefined where it has none. */
  file(path: string, text: string | undefined): RepositoryFile | undefined;
  /** Where all is shown that has no file in the repository; undefined when nobody named a place. */
  readonly anchor: (RepositoryFile & { readonly line: number }) | undefined;
}

/** A file of the repository. */
export interface RepositoryFile {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}
