import type { LaunchFlags } from "./launch.ts";
import type { ReportFlags } from "./lintReports.ts";
import type { RepositoryFlags } from "./repository.ts";

/** The options of `lint`. */
export interface LintFlags extends RepositoryFlags, LaunchFlags, ReportFlags {
  readonly format?: readonly string[];
  readonly pristine?: string;
  readonly cloudInitVersion?: string;
  readonly protect?: readonly string[];
}
