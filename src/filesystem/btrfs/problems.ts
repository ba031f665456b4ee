/** Damage that keeps nothing from being read, each kind once. */
export interface Problems {
  readonly list: readonly string[];
  add(kind: string, message: string): void;
}

/** Nothing yet. */
export function noProblems(): Problems {
  const known = new Map<string, string>();
  const list: string[] = [];
  return {
    list,
    add(kind, message) {
      if (known.has(kind)) return;
      known.set(kind, message);
      list.push(message);
    },
  };
}
