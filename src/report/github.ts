import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { escapeProse, shorten } from "./escape.ts";
import { fixHeadline } from "./fixWords.ts";
import { type ImageReport, placeOf } from "./imageReport.ts";
import { countBySeverity } from "./severity.ts";
import { type SharedFinding, sharedFindings } from "./sharedFindings.ts";
import { type Anchor, shownPlace } from "./shownPlace.ts";
import { type TextOptions, textReport } from "./text.ts";

export interface GithubOptions extends TextOptions {
  readonly anchor?: Anchor;
  /** Called with each sentence about annotations that GitHub does not show. */
  readonly leftOut?: (sentence: string) => void;
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/**
 * The log of a step in GitHub Actions: findings as workflow commands, which become annotations of the changed files, then the
 * report for people, so that the end of the log, where GitHub scrolls to, is readable.
 */
export function githubReport(reports: readonly ImageReport[], options: GithubOptions): string {
  const annotations = sharedFindings(reports, options.minSeverity).map((shared) => annotation(shared, options.anchor));
  for (const sentence of hiddenAnnotations(reports, options.minSeverity)) options.leftOut?.(sentence);
  return [annotations.join(""), textReport(reports, options)].filter((part) => part !== "").join("\n");
}

/** The number of images that an annotation names. */
const MOST_IMAGES = 5;
/** The number of characters of a fix. */
const MOST_FIX = 300;

function annotation({ finding, images }: SharedFinding, anchor: Anchor): string {
  const { severity, rule, message, fix } = finding;
  const [report] = images;
  const place = placeOf(finding);
  const { path, startLine, startColumn, endColumn, isAnchor } = shownPlace(report, anchor, place);
  const properties = {
    file: path,
    line: startLine,
    endLine: startLine,
    // Columns belong to the line of the image's file, not to the anchor.
    ...(isAnchor ? {} : { col: startColumn, endColumn }),
    title: rule,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const named = images.slice(0, MOST_IMAGES).map(({ image }) => image.source);
  const more = images.length - named.length;
  const where = `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  // A file linted on its own is its own image; the configuration file and the files of a launch are in none.
  const isInImage = images.length > 1 || (place.path.startsWith("/") && place.path !== report.image.source);
  const sentences = [
    shorten(message),
    `Cause: ${place.path}${place.line === null ? "" : `:${place.line}`}${isInImage ? ` in ${where}` : ""}.`,
    ...(fix === null ? [] : [`Fix: ${fixHeadline(fix, report.files).slice(0, MOST_FIX)}`]),
  ];
  return `::${COMMANDS[severity]} ${list.join(",")}::${escapeData(sentences.join(" "))}\n`;
}

/** A command is one line, which the runner decodes. */
function escapeData(text: string): string {
  return escapeProse(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

const WORDS: Readonly<Record<Severity, string>> = { error: "errors", warning: "warnings", info: "notices" };

/** The number of annotations of each severity that GitHub shows for one step of a workflow. */
const MOST = 10;

/** Sentences about the workflow commands that GitHub does not show as annotations. */
export function hiddenAnnotations(reports: readonly ImageReport[], minSeverity: Severity): string[] {
  const counts = countBySeverity(sharedFindings(reports, minSeverity).map(({ finding }) => finding));
  return SEVERITIES.filter((severity) => counts[severity] > MOST).map(
    (severity) =>
      `GitHub shows only ${MOST} of ${counts[severity]} ${WORDS[severity]} as annotations; this log contains all`,
  );
}
