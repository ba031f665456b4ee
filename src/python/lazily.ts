/**
 * What `make` gives, made when it is first asked for: a pattern with classes of Unicode, such as `\p{L}`, takes V8 a
 * millisecond and more, and text is mostly ASCII.
 */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
