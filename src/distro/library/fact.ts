import type { PythonSource } from "../../python/source/source.ts";
import { type Since, versionAtLeast } from "../version.ts";
import type { Library } from "./library.ts";

/**
 * Something about cloud-init that distributions change. The image's own library states it; where it does not, upstream's
 * value for the version holds.
 */
export interface Fact<T> {
  /** For people, in plain words: "default mount options". */
  readonly name: string;
  /** The file in the library that states it, as its path in the package. */
  readonly file: string;
  /** What the file states; undefined if it does not say, or computes it. */
  read(source: PythonSource, library: Library): T | undefined;
  /** Upstream's value. */
  byVersion(since: Since): T;
  /** Set if `byVersion` is not all that upstream's library states, so that the two cannot be compared. */
  readonly incomparable?: true;
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

/** The value of a fact for a library, or without one (or where it does not say) for the version. */
export function lookUp<T>(fact: Fact<T>, library: Library | undefined, version: string): Known<T> {
  const source = library?.source(fact.file);
  const value = source && fact.read(source, library!);
  if (value !== undefined) return { value, from: "library" };
  return { value: fact.byVersion((wanted) => versionAtLeast(version, wanted)), from: "version" };
}
