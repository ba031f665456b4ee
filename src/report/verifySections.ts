import type { ReportedComparison, ReportedDifference, ReportedVerification } from "./reportedVerification.ts";

/** A list of a verification under its title. */
export interface VerifySection {
  readonly title: string;
  readonly entries: readonly VerifyEntry[];
}

/** A sentence, with what came out otherwise. */
interface VerifyEntry {
  readonly text: string;
  readonly differences: readonly ReportedDifference[];
}

/** The result in a few sentences. */
export function verifySummary({ agrees, stages, changes, modules, findings }: ReportedVerification): string[] {
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

/** What contradicts the prediction, then what else is to know; without empty lists. */
export function verifySections({ changes, modules, findings, commands }: ReportedVerification): VerifySection[] {
  const files = (outcome: ReportedComparison["outcome"], text: (change: ReportedComparison) => string) =>
    changes
      .filter((change) => change.outcome === outcome)
      .map((change) => ({ text: text(change), differences: change.differences }));
  const plain = (texts: readonly string[]) => texts.map((text) => ({ text, differences: [] }));
  return [
    { title: "Not predicted", entries: files("not predicted", ({ path, real }) => `${path}: ${real}`) },
    {
      title: "Predicted, but did not happen",
      entries: files("did not happen", (change) => `${change.path}: predicted as ${change.predicted}${by(change)}`),
    },
    { title: "Different", entries: files("different", (change) => `${change.path}${by(change)}`) },
    {
      title: "Modules that ended otherwise",
      entries: plain(
        modules
          .filter(({ outcome }) => outcome === "different")
          .map(
            ({ name, predicted, real, error }) =>
              `${name}: predicted "${predicted ?? "not listed"}", but really "${real}"${error === null ? "" : `: ${error}`}`,
          ),
      ),
    },
    {
      title: "Findings that the boot contradicts",
      entries: plain(
        findings.filter(({ verdict }) => verdict === "contradicted").map(({ rule, message }) => `${rule}: ${message}`),
      ),
    },
    {
      title: "Modules that failed because of the sandbox",
      entries: plain(
        modules.filter(({ outcome }) => outcome === "sandbox").map(({ name, error }) => `${name}: ${error ?? ""}`),
      ),
    },
    { title: "Commands that were recorded and not run", entries: plain(commands) },
  ].filter(({ entries }) => entries.length > 0);
}

function by({ modules, causes }: ReportedComparison): string {
  const [cause] = causes;
  if (modules.length === 0 || cause === undefined) return "";
  return ` by ${modules.join(", ")} because of ${cause.path}:${cause.line}`;
}

/** A difference in one line; that of a content is followed by its diff. */
export function differenceInWords(difference: ReportedDifference): string {
  if (difference.what === "content")
    return difference.diff === null ? "content: differs (binary)" : "content: predicted (-), real (+)";
  const names = { op: "change", mode: "mode", owner: "owner" };
  return `${names[difference.what]}: predicted ${difference.predicted}, really ${difference.real}`;
}
