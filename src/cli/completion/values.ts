import type { Argument, Option } from "commander";

/** What a shell offers for a value: words, names of files, or both. */
export interface Values {
  readonly words?: readonly string[];
  readonly files?: "any" | "directories";
  /** What follows a word and "=". The word is not complete without it if there are no other values. */
  readonly after?: { readonly values: Values; readonly isRequired: boolean };
}

/** Words may be in code that only a completion loads. */
type Loaded = Values | Promise<Values>;

/** Values that the flags and choices of an option do not say, loaded when they are asked for. */
const DECLARED = new WeakMap<Option | Argument, () => Loaded>();

/** Declares what a shell offers for the value of an option or argument. */
export function withValues<T extends Option | Argument>(of: T, values: () => Loaded): T {
  DECLARED.set(of, values);
  return of;
}

/** Placeholders for names of files. */
const FILES = /^(?:file|image|report|user-data)/;

/** What a shell offers for the value of an option or argument; nothing for one that takes any text. */
export async function valuesOf(of: Option | Argument): Promise<Values> {
  const declared = DECLARED.get(of);
  if (declared !== undefined) return declared();
  if (of.argChoices !== undefined) return { words: of.argChoices };
  const name = "flags" in of ? (/[<[]([^\]>]*)/.exec(of.flags)?.[1] ?? "") : of.name();
  if (name === "dir") return { files: "directories" };
  return FILES.test(name) ? { files: "any" } : {};
}
