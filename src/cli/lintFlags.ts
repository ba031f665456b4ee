import type { Severity } from "../lint/finding.ts";
import type { LaunchFlags } from "./launch.ts";
import type { RepositoryFlags } from "./repository.ts";

/** The options of `lint`. */
export interface LintFlags extends RepositoryFlags, LaunchFlags {
  readonly format?: readonly string[];
  readonly pristine?: string;
  readonly cloudInitVersion?: string;
  readonly protect?: readonly string[];
  readonly minSeverity?: Severity;
  readonly failOn: Severity | "never";
  readonly color: "auto" | "always" | "never";
  readonly quiet?: boolean;
  readonly exitZero?: boolean;
}
