import type { Severity } from "../lint/finding.ts";
import { escapeProse, escapeText, shorten } from "./escape.ts";
import type { NotLinted } from "./fleet.ts";
import {
  type ImageReport,
  placeOf,
  type ReportedFinding,
  type ReportedFix,
  type ReportedIgnored,
} from "./imageReport.ts";
import { imagesInWords, sharedFindings, sharedIgnored } from "./sharedFindings.ts";

/** Limits of what a failure says: losses, characters of a fix. */
const MOST_LOSSES = 20;
const LARGEST_FIX = 10_000;

/** A test case as XML, and how it ended. */
interface Case {
  readonly outcome: "passed" | "failures" | "errors" | "skipped";
  readonly xml: string;
}

interface Suite {
  readonly name: string;
  /** The names of the images that it is about. */
  readonly sources: readonly string[];
  readonly cases: Case[];
}

/**
 * Findings as JUnit XML, which CI systems show as tests: a suite for each image and a failed case for each finding. What
 * several images share has a suite of its own. An image without findings is one passed case, an ignored finding a skipped
 * one, and a file or an image that could not be read an error. Times are left out, so that equal findings give equal reports.
 */
export function junitReport(
  results: readonly ImageReport[],
  minSeverity: Severity,
  notLinted: readonly NotLinted[] = [],
): string {
  const numbers = new Map(results.map((result, index) => [result, index]));
  const suites = new Map<string, Suite>();
  const suiteOf = (images: readonly ImageReport[]): Suite => {
    const key = images.map((image) => numbers.get(image)).join();
    let suite = suites.get(key);
    if (suite === undefined) {
      suite = { name: imagesInWords(images), sources: images.map(({ image }) => image.source), cases: [] };
      suites.set(key, suite);
    }
    return suite;
  };
  const found = new Set<ImageReport>();
  for (const result of results) suiteOf([result]);
  for (const { finding, images } of sharedFindings(results, minSeverity)) {
    suiteOf(images).cases.push(failedCase(finding));
    for (const image of images) found.add(image);
  }
  for (const result of results) {
    const { cases } = suiteOf([result]);
    cases.push(...result.unread.map(unreadCase));
    if (!found.has(result) && result.unread.length === 0)
      cases.push({
        outcome: "passed",
        xml: `    <testcase${attributes({ name: NOTHING, classname: "cloud-init-lint" })}/>\n`,
      });
  }
  for (const { finding, images } of sharedIgnored(results)) suiteOf(images).cases.push(skippedCase(finding));
  for (const [index, { source, message }] of notLinted.entries())
    suites.set(`not linted: ${index}`, { name: source, sources: [source], cases: [notLintedCase(message)] });
  const all = [...suites.values()].filter(({ cases }) => cases.length > 0);
  const total = all.flatMap(({ cases }) => cases);
  const { skipped: _, ...counts } = countsOf(total);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: "cloud-init-lint", ...counts })}>\n${all
    .map(suiteXml)
    .join("")}</testsuites>\n`;
}

/** The case of an image without findings. */
const NOTHING = "nothing to report";

function suiteXml({ name, sources, cases }: Suite): string {
  const properties = sources.map((value) => `      <property${attributes({ name: "image", value })}/>\n`);
  return [
    `  <testsuite${attributes({ name, ...countsOf(cases) })}>\n`,
    `    <properties>\n${properties.join("")}    </properties>\n`,
    ...cases.map(({ xml }) => xml),
    "  </testsuite>\n",
  ].join("");
}

function countsOf(cases: readonly Case[]) {
  const count = (outcome: Case["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  return { tests: cases.length, failures: count("failures"), errors: count("errors"), skipped: count("skipped") };
}

function failedCase(finding: ReportedFinding): Case {
  const { severity, message } = finding;
  const opening = `      <failure${attributes({ type: severity, message: shorten(message) })}>`;
  return { outcome: "failures", xml: caseXml(finding, `${opening}${content(detailsOf(finding))}</failure>\n`) };
}

function skippedCase(finding: ReportedIgnored): Case {
  const { by, path, line, reason } = finding.ignored;
  const where = `ignored by ${by} (${line === null ? path : `${path}:${line}`})`;
  const text = reason === null ? where : `${where}: ${shorten(reason)}`;
  return { outcome: "skipped", xml: caseXml(finding, `      <skipped>${content(text)}</skipped>\n`) };
}

function unreadCase({ path, reason }: ImageReport["unread"][number]): Case {
  return errorCase(path, { type: "unread", message: `${path} was not read: ${reason}` });
}

function notLintedCase(message: string): Case {
  return errorCase("not linted", { type: "not-linted", message: shorten(message) });
}

function errorCase(name: string, error: Readonly<Record<string, string>>): Case {
  const opening = `    <testcase${attributes({ name, classname: "cloud-init-lint" })}>\n`;
  return { outcome: "errors", xml: `${opening}      <error${attributes(error)}/>\n    </testcase>\n` };
}

/** The case of a finding, by its rule and by the places that it names. */
function caseXml(finding: ReportedFinding, inside: string): string {
  const { path, line } = placeOf(finding);
  const settings = finding.losses.slice(0, 3).flatMap(({ setting }) => setting ?? []);
  const name = [line === null ? path : `${path}:${line}`, ...settings].join(" ");
  return `    <testcase${attributes({ name: shorten(name), classname: finding.rule })}>\n${inside}    </testcase>\n`;
}

function detailsOf({ message, cause, losses, evidence, fix }: ReportedFinding): string {
  const shown = losses.slice(0, MOST_LOSSES);
  const more = losses.length - shown.length;
  return [
    shorten(message),
    ...(cause === null ? [] : [`Cause: ${cause.path}:${cause.line}:${cause.column}`]),
    ...shown.map(({ path, line, setting, before, after }) => {
      const change = setting === null ? "" : `: ${setting}: ${before ?? "(unset)"} -> ${after ?? "(unset)"}`;
      return `Affected: ${line === null ? path : `${path}:${line}`}${shorten(change)}`;
    }),
    ...(more > 0 ? [`Affected: ${more} more`] : []),
    ...(evidence === "" ? [] : [`Evidence: ${shorten(evidence)}`]),
    ...(fix === null ? [] : [fixOf(fix)]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function fixOf({ safe, why, edits }: ReportedFix): string {
  const diffs = edits.map(({ diff, path, renames }) =>
    renames === null ? diff : `rename ${renames.path} to ${path}\n`,
  );
  const text = diffs.join("");
  if (text.length > LARGEST_FIX) return `Fix: change ${edits.map(({ path }) => path).join(", ")}`;
  return `${safe ? "Fix" : `Fix, not safe (${why})`}:\n${text.trimEnd()}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Attributes with a blank before each. What XML 1.0 forbids (controls, lone surrogates, noncharacters) is made visible. */
function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(escapeProse(String(value)))}"`)
    .join("");
}

/** The text of an element, of several lines. */
function content(text: string): string {
  return xml(escapeText(text.replaceAll("\t", "    "), { keepNewlines: true }));
}

function xml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
