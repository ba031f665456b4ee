import type { Origin } from "../image/origin.ts";

/** From worst to mildest. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The milder of two severities. */
export function milder(one: Severity, other: Severity): Severity {
  return SEVERITIES[Math.max(SEVERITIES.indexOf(one), SEVERITIES.indexOf(other))]!;
}

/** How certain the effect is: exactly known, depends on the data of the cloud, depends on a script. */
export type Confidence = "certain" | "likely" | "possible";

/** Something that the first boot undoes: a cause and its losses. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One or two sentences; the first is enough to act on. Untrusted: holds text of the image. */
  readonly message: string;
  readonly service: string | null;
  /** The module of cloud-init; null outside modules. */
  readonly module: string | null;
  /** What is lost; empty if the finding is about the configuration itself. */
  readonly losses: readonly Loss[];
  /** The line of configuration that causes it; null if there is no single line. */
  readonly cause: Origin | null;
  /** Why it counts as customised. */
  readonly evidence: string;
  /**
   * Looks for a fix and proves it: the image boots again with each candidate in place, and all rules run again. Each takes
   * as long as the lint itself; the result is cached. @returns null if no candidate keeps what is lost without harm
   */
  proveFix(): Fix | null;
}

/** A setting before and after the boot. `before` or `after` is null if it does not exist then. */
export interface Loss {
  readonly path: string;
  /** From 1; null for the whole file. */
  readonly line: number | null;
  /** null for the whole file. */
  readonly setting: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** A finding that the user ignores, and where that is configured. */
export interface IgnoredFinding extends Finding {
  readonly ignored: {
    readonly by: "comment" | "config" | "baseline";
    readonly path: string;
    readonly line: number | null;
    readonly reason: string | null;
  };
}

/** The largest file, in characters, that a fix edits: it is read again for each fix that is tried. */
export const LARGEST_EDIT = 250_000;

/** A change of one file: its new content, whether the file exists or not. */
export interface FileEdit {
  readonly path: string;
  readonly content: string;
  /** The file to rename to `path`, with unchanged content. */
  readonly renames?: string;
  /** The cloud-config that is added to the drop-in that all fixes share; `content` is the whole file with it. */
  readonly config?: string;
}

/** Changes of the image, or of files of the launch, that keep what a finding says is lost. */
export interface Fix {
  /** Whether the boot with all edits in place is proven to keep the losses and to be no worse otherwise. */
  readonly safe: boolean;
  /** What an unsafe fix costs, as a sentence; null for a safe one. */
  readonly why: string | null;
  /** At least one; at most one for each path. */
  readonly edits: readonly FileEdit[];
}
