import type { PythonSource } from "../../python/source/source.ts";
import { type Since, sinceOf } from "../version.ts";
import type { Library } from "./library.ts";

/**
 * Something about cloud-init that distributions change. The image's own library states it; where it does not, upstream's
 * value for the version holds.
 */
export type Fact<T> = Stated<T> & (OfSource<T> | OfCode<T>);

interface Stated<T> {
  /** For people, in plain words: "default mount options". */
  readonly name: string;
  /** The file in the library that states it, as its path in the package; the first that exists, if it has had others. */
  readonly file: string | readonly string[];
  /** Upstream's value. */
  byVersion(since: Since): T;
  /** Set if `byVersion` is not all that upstream's library states, so that the two cannot be compared. */
  readonly incomparable?: true;
  /** The only datasource that it concerns. */
  readonly datasource?: string;
}

/** A fact that values and classes of the file state. */
interface OfSource<T> {
  /** What the file states; undefined if it does not say, or computes it. */
  read(source: PythonSource, library: Library, since: Since): T | undefined;
  /** The names of the module whose values are all that `read` asks for, so that the rest need not be read. */
  readonly names?: readonly string[];
  /** Whether a file states upstream's value for a version, which git's id of it shows, so that it need not be read. */
  readonly isUpstreams?: (file: string, id: string, version: string) => boolean;
}

/** A fact inside functions, which only the code itself shows. */
interface OfCode<T> {
  /** What the file states, of which `code` is all but the lines that are comments; undefined if it does not say. */
  readCode(code: string): T | undefined;
}

/** A cloud-init: its version, and the image's library if there is one, which rules over it. */
export interface Program {
  readonly version: string;
  readonly library?: Library | undefined;
}

/** The value of a fact, and what says so. */
export interface Known<T> {
  readonly value: T;
  readonly from: "library" | "version";
}

const defined: Fact<unknown>[] = [];

/** Gives a fact its type, and adds it to the list of all facts. */
export function defineFact<T>(fact: Fact<T>): Fact<T> {
  defined.push(fact);
  return fact;
}

/** All facts that are defined. */
export function allFacts(): readonly Fact<unknown>[] {
  return defined;
}

/** The value of a fact for a program: what its library says, otherwise upstream's value for its version. */
export function lookUp<T>(fact: Fact<T>, { library, version }: Program): Known<T> {
  const since = sinceOf(version);
  const files = typeof fact.file === "string" ? [fact.file] : fact.file;
  const file = files.find((one) => library?.has(one));
  if (file !== undefined && isUpstreams(fact, file, library!, version))
    return { value: fact.byVersion(since), from: "library" };
  const value = file === undefined ? undefined : readFact(fact, file, library!, since);
  return value === undefined ? { value: fact.byVersion(since), from: "version" } : { value, from: "library" };
}

function isUpstreams(fact: Fact<unknown>, file: string, library: Library, version: string): boolean {
  if (!("isUpstreams" in fact)) return false;
  const id = library.id(file);
  return id !== undefined && fact.isUpstreams!(file, id, version);
}

function readFact<T>(fact: Fact<T>, file: string, library: Library, since: Since): T | undefined {
  if ("readCode" in fact) {
    const code = library.code(file);
    return code === undefined ? undefined : fact.readCode(code);
  }
  const source = library.source(file, fact.names);
  return source && fact.read(source, library, since);
}
