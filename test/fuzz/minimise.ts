import type { Input } from "./target.ts";

/** How much is tried. */
export interface Effort {
  readonly tries: number;
  readonly seconds: number;
}

/**
 * A smaller input for which `holds` is still true: without the parts, then the lines, then the characters or bytes that
 * it does not take (delta debugging). Parts whose names begin with "@" stay.
 */
export async function minimise(
  input: Input,
  holds: (smaller: Input) => Promise<boolean>,
  effort: Effort,
): Promise<Input> {
  const end = Date.now() + effort.seconds * 1000;
  let tries = 0;
  let best = input;
  const attempt = async (smaller: Input): Promise<boolean> => {
    if (tries++ >= effort.tries || Date.now() > end || !(await holds(smaller))) return false;
    best = smaller;
    return true;
  };
  const names = Object.keys(input).filter((name) => !name.startsWith("@"));
  if (names.length > 1)
    for (const name of names) {
      const { [name]: _gone, ...rest } = best;
      await attempt(rest);
    }
  for (const name of names) {
    const part = best[name];
    if (part === undefined) continue;
    if (typeof part === "string") {
      await reduce(part.split(/(?<=\n)/), (lines) => attempt({ ...best, [name]: lines.join("") }));
      await reduce([...(best[name] as string)], (chars) => attempt({ ...best, [name]: chars.join("") }));
    } else {
      await reduce([...part.toString("latin1").split(/(?<=\n)/)], (lines) =>
        attempt({ ...best, [name]: Buffer.from(lines.join(""), "latin1") }),
      );
      await reduce([...(best[name] as Buffer)], (kept) => attempt({ ...best, [name]: Buffer.from(kept) }));
    }
  }
  return best;
}

/** Leaves out ever smaller stretches of the items as long as `keeps` takes what is left. */
async function reduce<T>(items: readonly T[], keeps: (fewer: readonly T[]) => Promise<boolean>): Promise<void> {
  let left = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < left.length; ) {
      const fewer = [...left.slice(0, at), ...left.slice(at + size)];
      if (await keeps(fewer)) left = fewer;
      else at += size;
    }
}
