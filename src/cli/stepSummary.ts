import { appendFileSync, statSync } from "node:fs";
import { reasonOf } from "../image/reason.ts";
import { escapeText } from "../report/escape.ts";
import type { ImageReport } from "../report/imageReport.ts";
import type { MarkdownOptions } from "../report/markdown.ts";
import type { Io } from "./io.ts";

/**
 * Appends the findings to the summary of a step in GitHub Actions, the file that `GITHUB_STEP_SUMMARY` names; other commands of
 * the step may have written to it. A file that cannot be written is only reported, since the log contains the findings too.
 */
export async function writeStepSummary(
  reports: readonly ImageReport[],
  options: Omit<MarkdownOptions, "mostBytes">,
  io: Io,
): Promise<void> {
  const file = io.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const { LEAST_SUMMARY, MOST_SUMMARY, markdownReport } = await import("../report/markdown.ts");
  const failed = (why: string) =>
    io.err(`cloud-init-lint: the summary of the step cannot be written: ${escapeText(`${file}: ${why}`)}\n`);
  try {
    const taken = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    // What stands there may end without a newline, or with HTML, which only a blank line ends.
    const start = taken === 0 ? "" : "\n";
    const mostBytes = MOST_SUMMARY - taken - start.length;
    // GitHub shows nothing of a summary that is too large.
    if (mostBytes < LEAST_SUMMARY) return failed("it is full");
    appendFileSync(file, start + markdownReport(reports, { ...options, mostBytes }));
  } catch (error) {
    failed(reasonOf(error));
  }
}
