/**
 * The hash of a name by which a directory's index is sorted: xfs_da_hashname of Linux's xfs_da_btree.c, one byte at a time.
 * Where case is ignored, it is that of the lower-case name (xfs_ascii_ci_hashname).
 */
export function hashOfName(name: string, ignoresCase: boolean): number {
  const folded = ignoresCase ? lowerCase(name) : name;
  let hash = 0;
  for (let at = 0; at < folded.length; at++) hash = folded.charCodeAt(at) ^ ((hash << 7) | (hash >>> 25));
  return hash >>> 0;
}

/** ASCII letters in lower case, all other bytes as they are. */
export function lowerCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
