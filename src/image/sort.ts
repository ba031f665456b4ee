/** Sorts names by code point, in place: the order of Python's sorted() and of the bytes in UTF-8. */
export function sortNames(names: string[]): string[] {
  // sort() compares UTF-16 units, which differs only for names with a surrogate pair.
  if (!names.some((name) => /[\ud800-\udfff]/.test(name))) return names.sort();
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
