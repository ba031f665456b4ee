import type { Origin } from "../../image/origin.ts";

/** An ignore of the configuration file. What is undefined applies to everything. */
export interface ConfiguredIgnore {
  /** Ids of rules, or their aliases. */
  readonly rules: readonly string[] | undefined;
  /** A glob over the name of the image, as it is given on the command line, or the last part of it. */
  readonly image: string | undefined;
  /** A glob over paths in the image: of the cause or of what is lost. */
  readonly path: string | undefined;
  /** A glob over settings, in which `*` stands for any string. */
  readonly setting: string | undefined;
  /** Why the findings are ignored; null if the file gives no reason. */
  readonly reason: string | null;
  /** The last day on which it applies, in UTC: "2026-12-31"; null for no end. */
  readonly until: string | null;
  /** Its place in the configuration file, whose path is not one in the image. */
  readonly origin: Origin;
}

/** Which ignores a lint obeys. Plain data. */
export interface IgnoreOptions {
  /** Whether comments in the linted files count. */
  readonly comments: boolean;
  readonly configured: readonly ConfiguredIgnore[];
  /** The current day in UTC: "2026-12-31". */
  readonly today: string;
}

/** The ignores of a lint for which nothing is configured. */
export function usualIgnores(configured: readonly ConfiguredIgnore[] = []): IgnoreOptions {
  return { comments: true, configured, today: new Date().toISOString().slice(0, 10) };
}

/** Which ignores matched findings of one image. Plain data. */
export interface IgnoreUse {
  /** The comments, by `keyOfComment`. */
  readonly comments: readonly string[];
  /** The indices of configured ignores: those that matched findings, and those that could have. */
  readonly matched: readonly number[];
  readonly judged: readonly number[];
  /** The rules in comments that match no finding, which are findings themselves. */
  readonly unused: readonly UnusedRule[];
}

/** A rule in a comment that matches no finding, and the message of the finding about it. */
export interface UnusedRule {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Where nothing can be ignored. */
export const NO_IGNORE_USE: IgnoreUse = { comments: [], matched: [], judged: [], unused: [] };

/** Names what a comment says of one rule. */
export function keyOfComment(path: string, line: number, rule: string): string {
  return `${path}\n${line}\n${rule}`;
}

/** Whether the last day of an ignore is over. */
export function isExpired({ until }: ConfiguredIgnore, today: string): boolean {
  return until !== null && until < today;
}
