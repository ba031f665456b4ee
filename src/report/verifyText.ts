import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import { paintDiff } from "./diff.ts";
import { escapeProse } from "./escape.ts";
import { imageHeader } from "./imageHeading.ts";
import type { ReportedComparison, ReportedDifference, ReportedVerification } from "./reportedVerification.ts";
import { hanging, wrap } from "./width.ts";

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
  const { image, changes, modules, findings, commands } = verification;
  const of = (outcome: ReportedComparison["outcome"]) => changes.filter((change) => change.outcome === outcome);
  const list = (title: string, entries: readonly string[][]) => listed(title, entries, style, width);
  const contradicted = findings.filter(({ verdict }) => verdict === "contradicted");
  const lines = [
    ...imageHeader(image, style, width),
    "",
    ...summary(verification).flatMap((sentence) => hanging("", escapeProse(sentence), width, String)),
    ...list(
      "Not predicted",
      of("not predicted").map(({ path, real }) => entry(`${path}: ${real}`, width)),
    ),
    ...list(
      "Predicted, but did not happen",
      of("did not happen").map((change) =>
        entry(`${change.path}: predicted as ${change.predicted}${by(change)}`, width),
      ),
    ),
    ...list(
      "Different",
      of("different").map((change) => [
        ...entry(`${change.path}${by(change)}`, width),
        ...change.differences.flatMap((difference) => differenceLines(difference, style, width)),
      ]),
    ),
    ...list(
      "Modules that ended otherwise",
      modules
        .filter(({ outcome }) => outcome === "different")
        .map(({ name, predicted, real, error }) =>
          entry(
            `${name}: predicted "${predicted ?? "not listed"}", but really "${real}"${error === null ? "" : `: ${error}`}`,
            width,
          ),
        ),
    ),
    ...list(
      "Modules that failed because of the sandbox",
      modules
        .filter(({ outcome }) => outcome === "sandbox")
        .map(({ name, error }) => entry(`${name}: ${error ?? ""}`, width)),
    ),
    ...list(
      "Findings that the boot contradicts",
      contradicted.map(({ rule, message }) => entry(`${rule}: ${message}`, width)),
    ),
    ...list(
      "Commands that were recorded and not run",
      commands.map((command) => entry(command, width)),
    ),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** The result in a few sentences. */
function summary({ agrees, stages, changes, modules, findings }: ReportedVerification): string[] {
  if (stages === null)
    return [
      "cloud-init is disabled in this image and did not run.",
      agrees ? "The prediction says the same." : "The prediction says otherwise.",
    ];
  const predicted = changes.filter(({ outcome }) => outcome === "predicted").length;
  const counted = (verdict: string) => findings.filter((finding) => finding.verdict === verdict).length;
  const isAlike = modules.filter(({ outcome }) => outcome !== "different").length;
  return [
    agrees
      ? "The image's own cloud-init did what was predicted."
      : "The image's own cloud-init did not do what was predicted.",
    `Files: ${predicted} of ${changes.length} changed as predicted.`,
    `Modules: ${isAlike} of ${modules.length} ended as predicted.`,
    `Findings: ${counted("confirmed")} confirmed, ${counted("contradicted")} contradicted, ${counted("not touched")} that this boot does not decide.`,
  ];
}

function by({ modules, causes }: ReportedComparison): string {
  const [cause] = causes;
  if (modules.length === 0 || cause === undefined) return "";
  return ` by ${modules.join(", ")} because of ${cause.path}:${cause.line}`;
}

const entry = (text: string, width: number) => hanging("", escapeProse(text), width - 2, String);

/** A list under its title, cut with a count; nothing if it is empty. */
function listed(title: string, entries: readonly string[][], style: Colors, width: number): string[] {
  if (entries.length === 0) return [];
  const more = entries.length - SHOWN;
  return [
    "",
    style.bold(`${title}:`),
    ...entries.slice(0, SHOWN).flatMap((lines) => lines.map((line) => `  ${line}`)),
    ...(more > 0 ? wrap(`  … ${more} more (-f json shows all)`, width) : []),
  ];
}

function differenceLines(difference: ReportedDifference, style: Colors, width: number): string[] {
  if (difference.what !== "content") {
    const names = { op: "change", mode: "mode", owner: "owner" };
    return [`  ${names[difference.what]}: predicted ${difference.predicted}, really ${difference.real}`];
  }
  if (difference.diff === null) return ["  content: differs, and is not text"];
  const shown = difference.diff.slice(0, SHOWN);
  const more = difference.diff.length - shown.length;
  return [
    "  content: predicted (-), real (+)",
    ...paintDiff(shown, style, width - 6).map((line) => `    ${line}`),
    ...(more > 0 ? [`    … ${more} more lines`] : []),
  ];
}
