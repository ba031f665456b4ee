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
  const { undecided, ...parts } = verifyCounts({ changes, modules, findings });
  return [
    agrees
      ? "The image's own cloud-init did what was predicted."
      : "The image's own cloud-init did not do what was predicted.",
    `As predicted: ${parts.files.as} of ${count(parts.files.of, "file")}, ${parts.modules.as} of ${count(parts.modules.of, "module")}, ${parts.findings.as} of ${count(parts.findings.of, "finding")} that this boot decides.`,
    ...(undecided === 0 ? [] : [`Not decided by this boot: ${count(undecided, "finding")}.`]),
  ];
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** How many came out as predicted, of how many. */
export function verifyCounts({
  changes,
  modules,
  findings,
}: Pick<ReportedVerification, "changes" | "modules" | "findings">) {
  const decided = findings.filter(({ verdict }) => verdict !== "not touched");
  return {
    files: { as: changes.filter(({ outcome }) => outcome === "predicted").length, of: changes.length },
    modules: { as: modules.filter(({ outcome }) => outcome !== "different").length, of: modules.length },
    findings: { as: decided.filter(({ verdict }) => verdict === "confirmed").length, of: decided.length },
    undecided: findings.length - decided.length,
  };
}

/** The stages of a boot (cmd/main.py) by their commands. */
const STAGES = {
  "init --local": "init-local",
  init: "init",
  "modules --mode=config": "config",
  "modules --mode=final": "final",
};

/** The stages that failed, with the modules that did, or that nothing started. */
function stagesInWords({ stages, modules }: ReportedVerification): string[] {
  if (stages === null) return [];
  const statuses = new Map(stages.map(({ command, status }) => [command, status]));
  return Object.entries(STAGES).flatMap(([command, stage]) => {
    const status = statuses.get(command);
    if (status === undefined) return [`cloud-init ${command}: not run, since the image does not start it`];
    if (status === 0) return [];
    const failed = modules.filter((module) => module.stage === stage && module.real === "failed");
    const names = failed.map(({ name, outcome }) => `${name} failed${outcome === "predicted" ? " as predicted" : ""}`);
    return [`cloud-init ${command}: exit status ${status}${names.length === 0 ? "" : `: ${names.join(", ")}`}`];
  });
}

/** What contradicts the prediction, then what else is to know; without empty lists. */
export function verifySections(verification: ReportedVerification): VerifySection[] {
  const { changes, modules, findings, commands } = verification;
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
    { title: "Stages that failed or did not run", entries: plain(stagesInWords(verification)) },
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
