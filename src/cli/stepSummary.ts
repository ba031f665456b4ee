import { appendFileSync, statSync } from "node:fs";
import { reasonOf } from "../image/reason.ts";
import type { Severity } from "../lint/finding.ts";
import { escapeText } from "../report/escape.ts";
import type { ImageReport } from "../report/imageReport.ts";
import type { Io } from "./io.ts";

/**
 * Appends the findings to the summary of a step in GitHub Actions, the file that `GITHUB_STEP_SUMMARY` names; other commands of
 * the step may have written to it. A file that cannot be written is only reported, since the log contains the findings too.
 */
export async function writeStepSummary(reports: readonly ImageReport[], minSeverity: Severity, io: Io): Promise<void> {
  const file = io.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const { MOST_SUMMARY, markdownReport } = await import("../report/markdown.ts");
  try {
    const taken = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    appendFileSync(file, markdownReport(reports, { minSeverity, mostBytes: MOST_SUMMARY - taken }));
  } catch (error) {
    io.err(
      `cloud-init-lint: the summary of the step cannot be written: ${escapeText(`${file}: ${reasonOf(error)}`)}\n`,
    );
  }
}
