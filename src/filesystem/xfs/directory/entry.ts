/** A name in a directory, one character for each byte, and the number of its inode. */
export interface Entry {
  readonly name: string;
  readonly inode: number;
}
