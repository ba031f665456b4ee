import { imageFacts } from "./imageHeading.ts";
import { markdownCode, markdownFence, markdownProse } from "./markdownText.ts";
import type { ReportedDifference, ReportedVerification } from "./reportedVerification.ts";
import { differenceInWords, verifySections, verifySummary } from "./verifySections.ts";

/** The number of entries of a list, and of lines of a diff, that are shown; the characters of a sentence. */
const SHOWN = 50;
const PROSE = 1200;

/** A verification as GitHub-flavoured Markdown, for a merge request or an issue. */
export function verifyMarkdown(verification: ReportedVerification): string {
  const { image } = verification;
  const lines = [
    `## cloud-init-lint verify: ${markdownCode(image.source, PROSE)}`,
    "",
    `For ${markdownProse(imageFacts(image), PROSE)}`,
    "",
    ...verifySummary(verification).map((sentence) => `- ${sentence}`),
  ];
  for (const { title, entries } of verifySections(verification)) {
    lines.push("", `### ${title}`, "");
    for (const { text, differences } of entries.slice(0, SHOWN)) {
      lines.push(`- ${markdownProse(text, PROSE)}`);
      for (const difference of differences) lines.push(...differenceLines(difference).map((line) => `  ${line}`));
    }
    if (entries.length > SHOWN) lines.push("", `… ${entries.length - SHOWN} more (\`-f json\` shows all)`);
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function differenceLines(difference: ReportedDifference): string[] {
  const head = `- ${differenceInWords(difference)}`;
  if (difference.what !== "content" || difference.diff === null) return [head];
  const more = difference.diff.length - SHOWN;
  const shown = more > 0 ? [...difference.diff.slice(0, SHOWN), ` … ${more} more lines`] : difference.diff;
  return [head, "", ...markdownFence("diff", shown).map((line) => `  ${line}`)];
}
