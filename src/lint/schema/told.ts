import type { Origin } from "../../image/origin.ts";
import type { Confidence, Severity } from "../finding.ts";
import type { Rewrite } from "./mechanical.ts";

/** The subject of a finding about configuration itself; the parameter `about` of rule documents. */
export type About =
  | "value"
  | "unknown-key"
  | "deprecated-key"
  | "duplicate-key"
  | "not-applied"
  | "not-checked"
  | "template-header"
  | "template-name"
  | "module-fails"
  | "password-stays-locked"
  | "password-misread"
  | "written-file-differs"
  | "file-below-future-home"
  | "account-request-lost"
  | "hostname-request-lost"
  | "ca-certificate-lost"
  | "mount-hidden"
  | "mount-without-effect"
  | "package-source-lost"
  | "swap-lost";

/** The source of the configuration: user-data and other data of a launch, or a file of the image. */
export type Layer = "launch" | "image";

/** A problem in configuration that a rule turns into a finding. */
export interface Told {
  readonly about: About;
  /** The highest severity that the finding may have. */
  readonly worst: Severity;
  /** Certain unless it depends on the image. */
  readonly confidence?: Confidence;
  readonly message: string;
  readonly origin: Origin;
  /** The module that handles the key; undefined if the check does not know it. */
  readonly module?: string;
  /** Why this program does not read it though cloud-init does. */
  readonly unread?: string;
  /** Says that values of a template are not checked, which is said once of a file. */
  readonly isTemplateNote?: true;
  /** The text at this place, or at `at`, and its replacement; undefined if there is no mechanical fix. */
  readonly replace?: { readonly old: string; readonly by: string; readonly at?: Origin } | undefined;
  /** The value that can be written in another form. */
  readonly rewrite?: Rewrite | undefined;
}
