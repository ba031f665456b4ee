import type { BaselineFlags } from "./baseline.ts";
import type { LaunchFlags } from "./launch.ts";
import type { ReportFlags } from "./lintReports.ts";
import type { OpenFlags } from "./opening.ts";
import type { RepositoryFlags } from "./repository.ts";
import type { Settings, SettingsFlags } from "./settings/settings.ts";

/** The options of `lint`, together with the configuration file. */
export interface LintFlags extends RepositoryFlags, LaunchFlags, OpenFlags, ReportFlags, BaselineFlags, Settings {
  readonly format?: readonly string[];
  /** Files that list images. */
  readonly from?: readonly string[];
  readonly pristine?: string;
  readonly cloudInitVersion?: string;
  readonly protect?: readonly string[];
  readonly jobs?: number;
}

/** The options of `lint` on the command line. */
export interface GivenLintFlags extends Omit<LintFlags, "failOn" | keyof Settings>, SettingsFlags {}
