import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { SEVERITIES, type Severity } from "../lint/finding.ts";
import { escapeText } from "./escape.ts";
import { findingDetails, findingHead, SEVERITY_WORDS } from "./findingText.ts";
import { imageHeader } from "./imageHeading.ts";
import { type ImageReport, placeOf, type ReportedFinding } from "./imageReport.ts";
import { atLeast, countAll } from "./severity.ts";
import { wrap } from "./width.ts";

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  readonly minSeverity: Severity;
  /** Omits images without findings. */
  readonly quiet?: boolean;
}

const MIN_WIDTH = 30;

/** The number of findings of one image after which frames and diffs are omitted. */
const DETAILED_FINDINGS = 200;

const EXPLAIN = '"cloud-init-lint explain <rule>" describes a rule and its remedy.';

/** Findings for a person at a terminal, by image and by the file that causes them. */
export function textReport(results: readonly ImageReport[], options: TextOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const blocks: string[][] = [];
  for (const result of results) {
    const findings = atLeast(result.findings, options.minSeverity);
    if (findings.length > 0) blocks.push(imageBlock(result, findings, style, width));
    else if (options.quiet !== true) blocks.push(cleanBlock(result, style, width));
  }
  const closing = summary(results, options.minSeverity);
  if (closing !== "" && !(options.quiet === true && blocks.length === 0)) {
    const isShown = results.some(({ findings }) => atLeast(findings, options.minSeverity).length > 0);
    blocks.push([...wrap(closing, width).map(style.bold), ...(isShown ? wrap(EXPLAIN, width) : [])]);
  }
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function imageBlock(result: ImageReport, findings: readonly ReportedFinding[], style: Colors, width: number): string[] {
  const lines = imageHeader(result.image, style, width);
  const { files } = result;
  const fixes = new Set<string>();
  let detailed = 0;
  for (const [path, group] of groupByCause(findings)) {
    lines.push("", style.underline(escapeText(path)));
    const locationWidth = group.reduce((widest, finding) => Math.max(widest, locationOf(finding).length), 0);
    let previous: ReportedFinding | undefined;
    for (const finding of group) {
      lines.push(
        ...(previous === undefined ? [] : [""]),
        ...findingHead(finding, locationOf(finding).padEnd(locationWidth), style, width),
      );
      if (detailed++ >= DETAILED_FINDINGS) continue;
      const fix = JSON.stringify(finding.fix);
      const isSameLine = previous !== undefined && placeOf(previous).line === placeOf(finding).line;
      const repeats = { frame: isSameLine, fix: fixes.has(fix) };
      lines.push(...findingDetails(finding, files, repeats, style, width));
      fixes.add(fix);
      previous = finding;
    }
  }
  return lines;
}

function locationOf(finding: ReportedFinding): string {
  const { line, column = 1 } = placeOf(finding);
  return `${line ?? 1}:${column}`;
}

function groupByCause(findings: readonly ReportedFinding[]): Map<string, ReportedFinding[]> {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const { path } = placeOf(finding);
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [finding]);
    else group.push(finding);
  }
  return groups;
}

function cleanBlock(result: ImageReport, style: Colors, width: number): string[] {
  let outcome = "nothing to report";
  const isWhole = result.unread.length === 0;
  if (!isWhole) outcome += " in the files that could be read";
  if (!result.image.cloudInit.enabled) outcome += "; cloud-init is disabled, so it does not run";
  return wrap(`${escapeText(result.image.source)}: ${outcome}`, width).map((line) =>
    isWhole ? style.green(line) : line,
  );
}

/** The number of findings, the number of hidden ones and how to show them; "" if there are none. */
function summary(results: readonly ImageReport[], minSeverity: Severity): string {
  const counts = countAll(results);
  const ignored = results.reduce((sum, result) => sum + result.ignored.length, 0);
  const found = SEVERITIES.filter((severity) => counts[severity] > 0);
  const isShown = (severity: Severity) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity);
  const hidden = found.filter((severity) => !isShown(severity));
  const inWords = (severities: readonly Severity[]) =>
    severities
      .map((severity) => `${counts[severity]} ${SEVERITY_WORDS[severity]}${counts[severity] === 1 ? "" : "s"}`)
      .join(", ");
  const parts: string[] = [];
  if (found.some(isShown)) parts.push(inWords(found.filter(isShown)));
  if (hidden.length > 0) parts.push(`${inWords(hidden)} hidden (--min-severity ${hidden.at(-1)} shows them)`);
  if (ignored > 0) parts.push(`${ignored} ignored`);
  return parts.join("; ");
}
