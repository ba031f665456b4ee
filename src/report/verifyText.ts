import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { paintDiff } from "./diff.ts";
import { escapeProse } from "./escape.ts";
import { imageHeader } from "./imageHeading.ts";
import type { ReportedDifference, ReportedVerification } from "./reportedVerification.ts";
import { differenceInWords, type VerifySection, verifySections, verifySummary } from "./verifySections.ts";
import { hanging } from "./width.ts";

interface TextOptions {
  readonly color: boolean;
  readonly width: number;
}

const MIN_WIDTH = 30;
/** The number of entries of a list, and of lines of a diff, that are shown. */
const SHOWN = 20;

/** A verification for people: the summary, then what contradicts the prediction. */
export function verifyText(verification: ReportedVerification, options: TextOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const lines = [
    ...imageHeader(verification.image, style, width),
    "",
    ...verifySummary(verification).flatMap((sentence) => hanging("", sentence, width, String)),
    ...verifySections(verification).flatMap((section) => sectionLines(section, style, width)),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** A list under its title, cut with a count. */
function sectionLines({ title, entries }: VerifySection, style: Colors, width: number): string[] {
  const more = entries.length - SHOWN;
  return [
    "",
    style.bold(`${title}:`),
    ...entries
      .slice(0, SHOWN)
      .flatMap(({ text, differences }) => [
        ...hanging("", escapeProse(text), width - 2, String),
        ...differences.flatMap((difference) => differenceLines(difference, style, width)),
      ])
      .map((line) => `  ${line}`),
    ...(more > 0 ? [`  … ${more} more (-f json shows all)`] : []),
  ];
}

function differenceLines(difference: ReportedDifference, style: Colors, width: number): string[] {
  const diff = difference.what === "content" ? (difference.diff ?? []) : [];
  const more = diff.length - SHOWN;
  return [
    `  ${differenceInWords(difference)}`,
    ...paintDiff(diff.slice(0, SHOWN), style, width - 6).map((line) => `    ${line}`),
    ...(more > 0 ? [`    … ${more} more ${more === 1 ? "line" : "lines"}`] : []),
  ];
}
