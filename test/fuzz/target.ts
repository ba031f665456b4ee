import { type Material, mutateBytes, mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";

/**
 * What one execution is given: texts and bytes by name, mostly paths in an image. Parts whose names begin with "@" say
 * how the others are used: they are never changed when an input is made smaller.
 */
export type Input = Readonly<Record<string, string | Buffer>>;

/** What a target reports while it runs. */
export interface Checks {
  /** Text for people or programs, which is held against what must not be in it. */
  printed(form: Form, text: string): void;
  /** Something that must hold. */
  holds(condition: boolean, what: string): void;
  /** A text that nothing printed may contain, from now on. */
  secret(text: string, position: string): void;
}

/** What a printed text is. */
export type Form = "text" | "github" | "markdown" | "html" | "sarif" | "lint" | "plan" | "config";

/** Something of ours that reads what it cannot trust. */
export interface Target {
  readonly name: string;
  /** How many executions of a small parser one execution takes, about: by it the executions are shared out. */
  readonly cost: number;
  /** Its inputs mean something only as they are: they are not made smaller. */
  readonly isWhole?: true;
  make(random: Random): Input;
  /** What it returns must be the same the next time. Throwing is a finding. */
  run(input: Input, checks: Checks): unknown;
}

/** A target that reads one text. `make` gives a new one where there is a grammar; the other times one of `texts` is changed. */
export function textTarget(
  name: string,
  { make, cost = 1, ...material }: Material & { readonly make?: (random: Random) => string; readonly cost?: number },
  run: (text: string, checks: Checks) => unknown,
): Target {
  return {
    name,
    cost,
    make: (random) => {
      const made = make !== undefined && random.chance(2) ? make(random) : undefined;
      if (made !== undefined && random.chance(2)) return { text: made };
      return { text: mutateText(made ?? random.pick(material.texts), random, material) };
    },
    run: (input, checks) => run(String(input.text), checks),
  };
}

/** A target that reads bytes. */
export function bytesTarget(
  name: string,
  { seeds, cost = 1 }: { readonly seeds: () => readonly Buffer[]; readonly cost?: number },
  run: (bytes: Buffer, checks: Checks) => unknown,
): Target {
  const known = once(seeds);
  return {
    name,
    cost,
    make: (random) => ({ bytes: mutateBytes(random.pick(known()), random) }),
    run: (input, checks) => run(Buffer.from(input.bytes!), checks),
  };
}

/** Files by their paths. */
export type Files = Readonly<Record<string, Buffer>>;

/** A target that reads files: some of a set that belongs together are changed, one is left out or another set's. */
export function filesTarget(
  name: string,
  { seeds, words = [], cost = 1 }: { seeds: () => readonly Files[]; words?: readonly string[]; cost?: number },
  run: (files: Files, checks: Checks) => unknown,
): Target {
  const known = once(() => seeds().filter((files) => Object.keys(files).length > 0));
  return {
    name,
    cost,
    make: (random) => mutateFiles(random.pick(known()), random, { words, others: known() }),
    run: (input, checks) => run(filesOf(input), checks),
  };
}

/** Changes some of the files. */
export function mutateFiles(
  files: Files,
  random: Random,
  { words, others }: { readonly words: readonly string[]; readonly others: readonly Files[] },
): Files {
  const changed: Record<string, Buffer> = { ...files };
  for (let count = random.pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const paths = Object.keys(changed);
    if (paths.length === 0) break;
    const path = random.pick(paths);
    if (random.chance(20)) delete changed[path];
    else {
      const other = random.pick(others)[path];
      changed[path] = mutateFile(other !== undefined && random.chance(4) ? other : changed[path]!, random, words);
    }
  }
  return changed;
}

/** Changes a file as text where it is one. */
export function mutateFile(content: Buffer, random: Random, words: readonly string[]): Buffer {
  if (content.includes(0) || random.chance(12)) return mutateBytes(content, random);
  const text = content.toString("utf8");
  return Buffer.from(mutateText(text, random, { words, texts: [text] }));
}

/** The parts of an input that are files. */
export function filesOf(input: Input): Files {
  const parts = Object.entries(input).filter(([name]) => !name.startsWith("@"));
  return Object.fromEntries(parts.map(([path, content]) => [path, Buffer.from(content as string)]));
}

/** Computes a value when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
