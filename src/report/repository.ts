/** Where the files of images are in a repository, so that code scanning can show findings there. */
export interface Repository {
  /** The repository's file for a path of an image with this text (undefined if unknown); undefined if there is none. */
  file(path: string, text: string | undefined): RepositoryFile | undefined;
  /** Where to show findings whose file is not in the repository; undefined unless configured. */
  readonly anchor: (RepositoryFile & { readonly line: number }) | undefined;
}

/** A file of the repository. */
export interface RepositoryFile {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}
