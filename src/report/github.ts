import type { Severity } from "../lint/finding.ts";
import { escapeProse, shorten } from "./escape.ts";
import { type ImageReport, placeOf } from "./imageReport.ts";
import { atLeast } from "./severity.ts";
import { type Anchor, shownPlace } from "./shownPlace.ts";

export interface GithubOptions {
  readonly minSeverity: Severity;
  readonly anchor?: Anchor;
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** Findings as workflow commands, which GitHub Actions turns into annotations of the changed files. */
export function githubReport(results: readonly ImageReport[], options: GithubOptions): string {
  const lines = results.flatMap((result) =>
    atLeast(result.findings, options.minSeverity).map((finding) => {
      const { severity, rule, message } = finding;
      const place = placeOf(finding);
      const { path, startLine, startColumn, endColumn, isAnchor } = shownPlace(result, options.anchor, place);
      const properties = {
        file: path,
        line: startLine,
        endLine: startLine,
        // Columns belong to the line of the image's file, not to the anchor.
        ...(isAnchor ? {} : { col: startColumn, endColumn }),
        title: rule,
      };
      const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
      const text = `${shorten(message)} Cause: ${place.path}${place.line === null ? "" : `:${place.line}`} in ${result.image.source}.`;
      return `::${COMMANDS[severity]} ${list.join(",")}::${escapeData(text)}\n`;
    }),
  );
  return lines.join("");
}

/** A command is one line, which the runner decodes. */
function escapeData(text: string): string {
  return escapeProse(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
