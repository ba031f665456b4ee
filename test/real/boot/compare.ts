import { createPatch } from "diff";
import { mayComeOutAs, unknownReason } from "../../../src/image/unknown.ts";
import { isIgnored } from "./ignoredPaths.ts";
import type { PlannedChange } from "./observe.ts";
import { contentAfter, type RealBoot, type RealChange } from "./realBoot.ts";

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
  const real = new Map(boot.changes.filter(counts).map((change) => [change.path, change]));
  const told = new Set(plan.map(({ path }) => path));
  // A name may contain a placeholder, which stands for none of the known names.
  const realPath = (path: string) =>
    [...real.keys()].find(
      (candidate) => candidate === path || (!told.has(candidate) && mayComeOutAs(path, candidate)),
    ) ?? path;
  const planned = new Map(plan.filter(({ path }) => !isIgnored(path)).map((change) => [realPath(change.path), change]));
  const differences: string[] = [];

  for (const [path, change] of real) {
    const ours = planned.get(path);
    // A new mode is not worth a line in a plan, but may have one.
    if (change.sameContent && ours === undefined) continue;
    score.real++;
    if (ours === undefined) differences.push(`${path}: not in the plan, but really ${change.op}`);
    else {
      score.known++;
      if (ours.op !== change.op) differences.push(`${path}: really ${change.op}, planned as ${ours.op}`);
      differences.push(...compareContent(boot, change, ours, score));
    }
  }
  for (const [path, { certainty, op }] of planned) {
    if (certainty !== "certain") continue;
    score.planned++;
    if (real.has(path)) score.happened++;
    else differences.push(`${path}: planned as ${op}, but really left alone`);
  }
  return differences;
}

function counts({ path, kind }: RealChange): boolean {
  return (kind === "file" || kind === "symlink") && !isIgnored(path);
}

function compareContent(boot: RealBoot, change: RealChange, ours: PlannedChange, score: Score): string[] {
  const content = contentAfter(boot, change);
  if (content === undefined || ours.content === undefined) return [];
  const differences: string[] = [];
  const planned = Buffer.from(ours.content, "base64");
  if (unknownReason(planned.toString("utf8")) !== undefined) score.unknown++;
  else {
    score.contents++;
    if (matches(planned, content) || sameKeys(planned, content)) score.equal++;
    else differences.push(`${change.path}: content differs\n${shortDiff(planned, content)}`);
  }
  if (ours.mode !== undefined && ours.mode !== Number.parseInt(change.mode, 8))
    differences.push(`${change.path}: really mode ${change.mode}, planned ${ours.mode.toString(8).padStart(4, "0")}`);
  return differences;
}

/** Equal to the byte, save that a placeholder stands for anything. */
function matches(planned: Buffer, real: Buffer): boolean {
  const parts = planned.toString("latin1").split(/<<unknown:(?:(?!>>).){0,400}>>/s);
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^]*?");
  return new RegExp(`^${pattern}$`).test(real.toString("latin1"));
}

/** cc_ssh keeps an account's keys in a Python set: more than one stand in an order that changes from boot to boot. */
function sameKeys(planned: Buffer, real: Buffer): boolean {
  const lines = (text: Buffer) =>
    text
      .toString("latin1")
      .split("\n")
      .filter((line) => line !== "");
  const [ours, theirs] = [lines(planned).sort(), lines(real).sort()];
  return ours.every((line) => /\bssh-(?:ed25519|rsa) AAAA/.test(line)) && ours.join("\n") === theirs.join("\n");
}

function shortDiff(planned: Buffer, real: Buffer): string {
  const patch = createPatch("", planned.toString("utf8"), real.toString("utf8"), "plan", "real", { context: 0 });
  const lines = patch.split("\n").slice(4);
  const more = lines.length > 24 ? [`... ${lines.length - 24} more lines`] : [];
  return [...lines.slice(0, 24), ...more].map((line) => `    ${line}`).join("\n");
}
