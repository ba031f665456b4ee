import { createPatch } from "diff";
import { compareChanges as compare, type Difference } from "../../../src/verify/compare.ts";
import { contentAfter, type RealBoot } from "./bootDirectory.ts";
import { type PlannedChange, readPlanned } from "./plannedChange.ts";

/** How a plan fits the real boot, in numbers of files and links. */
export interface Score {
  /** What really changed, and how much of it the plan knew. */
  real: number;
  known: number;
  /** What the plan was certain of, and how much of it happened. */
  planned: number;
  happened: number;
  /** Known files whose content the plan tells, and how many were equal to the byte. */
  contents: number;
  equal: number;
  /** Known files whose content cannot be known, says the plan. */
  unknown: number;
}

export const noScore = (): Score => ({ real: 0, known: 0, planned: 0, happened: 0, contents: 0, equal: 0, unknown: 0 });

/** Compares a plan with what the real cloud-init did. Answers each difference in words. */
export function compareChanges(boot: RealBoot, plan: readonly PlannedChange[], score: Score): string[] {
  const real = boot.changes.map((change) => ({
    ...change,
    get content() {
      return contentAfter(boot, change);
    },
  }));
  return compare(plan.map(readPlanned), real).flatMap((change) => {
    const { path, outcome } = change;
    if (outcome === "did not happen") {
      score.planned++;
      return [`${path}: planned as ${change.planned.op}, but really left alone`];
    }
    score.real++;
    if (outcome === "not predicted") return [`${path}: not in the plan, but really ${change.real.op}`];
    score.known++;
    if (change.planned.certainty === "certain") {
      score.planned++;
      score.happened++;
    }
    if (change.real.kind === "file") {
      if (change.content === "unknown") score.unknown++;
      else if (change.content !== undefined) score.contents++;
      if (change.content === "equal") score.equal++;
    }
    return outcome === "different" ? change.differences.map((difference) => `${path}: ${inWords(difference)}`) : [];
  });
}

function inWords(difference: Difference): string {
  const { what, predicted, real } = difference;
  if (what === "content") return `content differs\n${shortDiff(predicted, real)}`;
  const shown = (value: string | number) => (typeof value === "number" ? value.toString(8).padStart(4, "0") : value);
  return `really ${what} ${shown(real)}, planned ${shown(predicted)}`;
}

function shortDiff(planned: Buffer, real: Buffer): string {
  const patch = createPatch("", planned.toString("utf8"), real.toString("utf8"), "plan", "real", { context: 0 });
  const lines = patch.split("\n").slice(4);
  const more = lines.length > 24 ? [`... ${lines.length - 24} more lines`] : [];
  return [...lines.slice(0, 24), ...more].map((line) => `    ${line}`).join("\n");
}
