import type { ImageProblem } from "../image/image.ts";
import type { Origin } from "../image/origin.ts";
import type { Secrets } from "./secrets/secrets.ts";

/** From worst to mildest. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How sure it is that the boot does this: known to the byte, depends on what the cloud hands over, up to a script. */
export type Confidence = "certain" | "likely" | "possible";

/** One thing that the first boot undoes: one cause, and all that is lost by it. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One or two sentences; the first is enough to act on. Untrusted: holds text of the image. */
  readonly message: string;
  readonly service: string | null;
  /** The module of cloud-init that does it. */
  readonly module: string | null;
  /** What is lost; none where a finding is about the configuration itself. */
  readonly losses: readonly Loss[];
  /** The line of configuration to blame; null where no single line is. */
  readonly cause: Origin | null;
  /** Why it counts as customised. */
  readonly evidence: string;
  /**
   * Looks for a fix and proves it: the image boots again with each candidate in place, and all rules are asked again.
   * That takes as long as the lint itself, each time; the answer is remembered, and nothing is done before it is asked
   * for. @returns null where no candidate keeps what is lost without harm
   */
  proveFix(): Fix | null;
}

/** A setting and what becomes of it. `after` is null where it is gone, `before` where it was not there. */
export interface Loss {
  readonly path: string;
  /** From 1; null where the whole file is meant. */
  readonly line: number | null;
  /** null where the whole file is meant and nothing in it. */
  readonly setting: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** A finding that somebody wants left out of the count, and where that is said. */
export interface IgnoredFinding extends Finding {
  readonly ignored: {
    readonly by: "comment" | "config" | "baseline";
    readonly path: string;
    readonly line: number | null;
    readonly reason: string | null;
  };
}

/** A file to put into the image (created, or replaced whole). */
export interface Fix {
  readonly path: string;
  readonly content: string;
  /** The file that gets this path and goes from its own: the fix is a rename, and the content stays as it is. */
  readonly renames?: string;
}

/** The file of a finding's loss or cause before and after the boot, for a code frame and a diff; undefined = absent. */
export interface FileTexts {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What is known of the linted image, as reports show it. */
export interface ImageFacts {
  readonly source: string;
  /** Null is what the image does not tell; a file linted on its own is of no distro. */
  readonly distro: { readonly id: string | null; readonly version: string | null };
  readonly cloudInit: { readonly version: string | null; readonly enabled: boolean };
  readonly datasource: string | null;
  /** It is a file that a launch hands over, on its own, and no image. */
  readonly isFile?: true;
}

/** The outcome of linting one image. */
export interface LintResult {
  readonly image: ImageFacts;
  /** Worst first, then by cause. */
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Why no finding on what the boot does is certain, as sentences. */
  readonly caveats: readonly string[];
  /** What could not be read, so that the findings may not be all. */
  readonly unread: readonly ImageProblem[];
  /** The text of a file of the image before and after the boot. */
  texts(path: string): FileTexts;
  /** What reports hide of all this, which holds secrets as they are. */
  readonly secrets: Secrets;
}
