import type { Origin } from "../image/origin.ts";
import type { Change } from "../image/overlay.ts";
import type { Severity } from "../lint/finding.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { whySentence } from "../lint/sentences/outcomes.ts";
import type { ComparedChange, Difference } from "../verify/compare.ts";
import type { Verdict } from "../verify/findings.ts";
import type { ComparedModule } from "../verify/modules.ts";
import type { Verification } from "../verify/verify.ts";
import { diffHunks, hideInHunks, isBinary, unifiedHunks } from "./diff.ts";
import { reportedImage, shownMessage } from "./imageReport.ts";

/** A verification as reports show it: without secrets, in the order of paths and of the boot. Plain data. */
export interface ReportedVerification {
  readonly image: ImageFacts;
  readonly agrees: boolean;
  /** The stages that ran; null if cloud-init is disabled in the image. */
  readonly stages: readonly { readonly command: string; readonly status: number }[] | null;
  readonly changes: readonly ReportedComparison[];
  readonly modules: readonly ReportedModuleEnd[];
  readonly findings: readonly ReportedVerdict[];
  /** The programs that stand-ins took the place of, as they were called. */
  readonly commands: readonly string[];
}

/** One file or link that was predicted to change, or that changed. */
export interface ReportedComparison {
  readonly path: string;
  readonly outcome: ComparedChange["outcome"];
  /** What was predicted and what happened; null where nothing was. */
  readonly predicted: Change["op"] | null;
  readonly real: Change["op"] | null;
  /** The modules that change it in the prediction, and the lines of configuration to blame. */
  readonly modules: readonly string[];
  readonly causes: readonly Origin[];
  readonly differences: readonly ReportedDifference[];
}

/** `diff`: the lines of a unified diff from the predicted content to the real one; null if one of them is binary. */
export type ReportedDifference =
  | { readonly what: "op" | "mode" | "owner"; readonly predicted: string; readonly real: string }
  | { readonly what: "content"; readonly diff: readonly string[] | null };

/** A module as predicted and as it really ended. */
export interface ReportedModuleEnd {
  readonly name: string;
  readonly stage: ComparedModule["stage"];
  readonly predicted: NonNullable<ComparedModule["planned"]>["status"] | null;
  readonly why: string | null;
  readonly real: ComparedModule["real"];
  readonly outcome: ComparedModule["outcome"];
  readonly error: string | null;
}

interface ReportedVerdict {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly cause: Origin | null;
  readonly verdict: Verdict;
  /** Why the boot shows nothing of it; null if it does. */
  readonly why: string | null;
}

/** What reports show of a verification. */
export function reportedVerification(verification: Verification): ReportedVerification {
  const { result, real, agrees, changes, modules, findings } = verification;
  const { secrets } = result;
  return {
    image: reportedImage(result.image, secrets),
    agrees,
    stages: real.stages && Object.entries(real.stages).map(([command, status]) => ({ command, status })),
    changes: changes.map((change) => reportedComparison(change, secrets)),
    modules: modules.map(({ name, stage, planned, real, outcome, error }) => ({
      name: secrets.text(name),
      stage,
      predicted: planned?.status ?? null,
      why: planned?.why ? secrets.text(whySentence(planned.why)) : null,
      real,
      outcome,
      error: error && secrets.text(error),
    })),
    findings: findings.map(({ finding, verdict, why }) => {
      const { rule, severity, cause } = finding;
      return { rule, severity, message: shownMessage(finding, secrets), cause: cause && placeOf(cause), verdict, why };
    }),
    commands: real.commands.map((command) => secrets.text(command)),
  };
}

const placeOf = ({ path, line, column }: Origin): Origin => ({ path, line, column });

function reportedComparison(change: ComparedChange, secrets: Secrets): ReportedComparison {
  const { path, outcome } = change;
  const planned = "planned" in change ? change.planned : undefined;
  const real = "real" in change ? change.real : undefined;
  const blames = planned?.blames ?? [];
  const causes = new Map(blames.map(({ cause }) => [JSON.stringify(placeOf(cause)), placeOf(cause)]));
  return {
    path: secrets.text(path),
    outcome,
    predicted: planned?.op ?? null,
    real: real?.op ?? null,
    modules: [...new Set(blames.map(({ module }) => module))],
    causes: [...causes.values()],
    differences: outcome === "different" ? change.differences.map((one) => reportedDifference(path, one, secrets)) : [],
  };
}

function reportedDifference(path: string, difference: Difference, secrets: Secrets): ReportedDifference {
  const { what, predicted, real } = difference;
  if (what === "content") {
    const [before, after] = [predicted.toString("utf8"), real.toString("utf8")];
    if (isBinary(before) || isBinary(after)) return { what, diff: null };
    const hunks = hideInHunks(diffHunks(before, after, 0), secrets.file(path, before), secrets.file(path, after));
    return { what, diff: unifiedHunks(hunks) };
  }
  if (what === "mode") return { what, predicted: modeText(predicted), real: modeText(real) };
  return { what, predicted, real };
}

const modeText = (mode: number) => mode.toString(8).padStart(4, "0");
