import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import type { Finding } from "../lint/finding.ts";
import type { Fixed, LeftReason } from "../lint/fixes/fixAll.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { firstSentence } from "../lint/sentences/firstSentence.ts";
import { escapeProse, escapeText, shorten } from "./escape.ts";
import { SEVERITY_WORDS, severityPaint } from "./findingText.ts";
import { imageHeader } from "./imageHeading.ts";
import { reportedImage, shownMessage } from "./imageReport.ts";
import { hanging, wrap } from "./width.ts";

/** Options of the summary of a fix. */
export interface FixTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** What becomes of the edits. */
  readonly fate: "written" | "shown" | { readonly directory: string };
  /** What the user can do next, as sentences. */
  readonly next: readonly string[];
}

const MIN_WIDTH = 30;
/** The columns before a finding: its severity. */
const INDENT = 11;
/** The number of findings of each sort that are listed. */
const LISTED = 50;

/** What was fixed, what is left and why, for a person at a terminal. */
export function fixText(fixed: Fixed, options: FixTextOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const { before, after, edits, left } = fixed;
  const lines = imageHeader(reportedImage(before.image, before.secrets), style, width);
  const section = (title: string, items: readonly string[][]) => {
    if (items.length === 0) return;
    lines.push("", style.underline(title), ...items.slice(0, LISTED).flat());
    if (items.length > LISTED) lines.push(`  ${items.length - LISTED} more are not listed.`);
  };
  section(
    editTitle(options.fate),
    edits.map(({ path, before: text, renames }) => {
      const how = renames === undefined ? (text === null ? " (new)" : "") : ` (renamed from ${renames})`;
      return [`  ${escapeText(before.secrets.text(path + how))}`];
    }),
  );
  section(
    options.fate === "shown" ? "findings that this fixes" : "fixed findings",
    fixed.fixed.map(({ finding, fix }) => [
      ...headOf(finding, before, style, width),
      ...(fix === null || fix.safe ? [] : detail("not safe", fix.why ?? "", before, style, width)),
    ]),
  );
  section(
    "findings that are left",
    left.map(({ finding, reason }) => [
      ...headOf(finding, after, style, width),
      ...detail(...whyLeft(finding, reason), after, style, width),
    ]),
  );
  lines.push("", ...wrap(summary(fixed, options.fate), width).map(style.bold));
  for (const sentence of options.next) lines.push(...wrap(escapeText(sentence), width));
  return `${lines.join("\n")}\n`;
}

function editTitle(fate: FixTextOptions["fate"]): string {
  if (fate === "written") return "changed files";
  return fate === "shown" ? "files that this changes" : `files below ${escapeText(fate.directory)}`;
}

function headOf(finding: Finding, { secrets }: LintResult, style: Colors, width: number): string[] {
  const word = SEVERITY_WORDS[finding.severity].padEnd(7);
  const message = escapeProse(shorten(firstSentence(shownMessage(finding, secrets))));
  const { rule, severity, cause } = finding;
  const where = cause === null ? "" : ` at ${escapeText(secrets.text(cause.path))}:${cause.line}`;
  // On lines of their own: "sudo-without-password: bob" would look like a password.
  const [first = "", ...rest] = wrap(`${rule}${where}`, width - INDENT);
  return [
    `  ${severityPaint(severity, style)(word)}  ${first}`,
    ...rest.map((line) => " ".repeat(INDENT) + line),
    ...wrap(message, width - INDENT).map((line) => " ".repeat(INDENT) + line),
  ];
}

function detail(label: string, text: string, { secrets }: LintResult, style: Colors, width: number): string[] {
  const lines = hanging(`${label}: `, escapeProse(shorten(secrets.text(text))), width - INDENT, style.cyan);
  return lines.map((line) => " ".repeat(INDENT) + line);
}

function whyLeft({ rule }: Finding, reason: LeftReason): [label: string, text: string] {
  switch (reason.code) {
    case "no-fix":
      return ["no fix", `"cloud-init-lint explain ${rule}" describes the remedy.`];
    case "unsafe":
      return ["not safe", `${reason.cost} --unsafe applies it.`];
    default:
      return ["not applied", reason.why];
  }
}

function summary({ edits, fixed, left }: Fixed, fate: FixTextOptions["fate"]): string {
  const count = (many: number, what: string) => `${many} ${what}${many === 1 ? "" : "s"}`;
  if (edits.length === 0)
    return left.length === 0 ? "nothing to fix" : `nothing fixed; ${count(left.length, "finding")} left`;
  const verb = fate === "shown" ? "would be fixed" : "fixed";
  const counts = [`${count(fixed.length, "finding")} ${verb}`, `${left.length} left`];
  return `${count(edits.length, "file")} ${fate === "shown" ? "would change" : "changed"}: ${counts.join(", ")}`;
}
