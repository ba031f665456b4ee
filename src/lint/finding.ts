import type { ImageProblem } from "../image/image.ts";
import type { Origin } from "../image/origin.ts";
import type { Secrets } from "./secrets/secrets.ts";

/** From worst to mildest. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

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

/** A file to write to the image, new or as a replacement. */
export interface Fix {
  readonly path: string;
  readonly content: string;
  /** The file to rename to `path`, with unchanged content. */
  readonly renames?: string;
}

/** The text of a file before and after the boot; undefined if it does not exist. */
export interface FileTexts {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The facts about the linted image that reports show. */
export interface ImageFacts {
  readonly source: string;
  /** null if unknown; also for a file that is not part of an image. */
  readonly distro: { readonly id: string | null; readonly version: string | null };
  readonly cloudInit: { readonly version: string | null; readonly enabled: boolean };
  readonly datasource: string | null;
  /** Set for a file for a launch that is not part of an image. */
  readonly isFile?: true;
}

/** The result of linting one image. */
export interface LintResult {
  readonly image: ImageFacts;
  /** By severity, then by cause. */
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Why no finding about the boot is certain, as sentences. */
  readonly caveats: readonly string[];
  /** What could not be read, so that findings may be missing. */
  readonly unread: readonly ImageProblem[];
  /** The text of a file of the image before and after the boot. */
  texts(path: string): FileTexts;
  /** Masks the secrets that this result contains. */
  readonly secrets: Secrets;
}
