import type { Change } from "../image/overlay.ts";
import { mayComeOutAs, unknownReason } from "../image/unknown.ts";
import type { Entry } from "../image/writeLog.ts";
import { isIgnored } from "./ignoredPaths.ts";
import type { RealChange } from "./realChanges.ts";

/** How a change that was predicted and happened came out otherwise. */
export type Difference =
  | { readonly what: "op"; readonly predicted: Change["op"]; readonly real: Change["op"] }
  | { readonly what: "content"; readonly predicted: Buffer; readonly real: Buffer }
  | { readonly what: "mode"; readonly predicted: number; readonly real: number }
  | { readonly what: "owner"; readonly predicted: string; readonly real: string };

/** One file or link that was predicted to change, or that really changed. */
export type ComparedChange = {
  readonly path: string;
} & (
  | {
      readonly outcome: "predicted";
      readonly planned: Change;
      readonly real: RealChange;
      readonly content: ContentOutcome;
    }
  | {
      readonly outcome: "different";
      readonly planned: Change;
      readonly real: RealChange;
      readonly content: ContentOutcome;
      readonly differences: readonly Difference[];
    }
  | { readonly outcome: "not predicted"; readonly real: RealChange }
  | { readonly outcome: "did not happen"; readonly planned: Change }
);

/** Whether a content came out as predicted; undefined if there is none, "unknown" if the prediction is that it cannot be known. */
type ContentOutcome = "equal" | "different" | "unknown" | undefined;

/**
 * Holds what a boot was predicted to change against what it really changed, sorted by path. Directories count by what is in
 * them, and what is only possible need not happen.
 */
export function compareChanges(planned: readonly Change[], really: readonly RealChange[]): ComparedChange[] {
  const real = new Map(really.filter(isCompared).map((change) => [change.path, change]));
  const told = new Set(planned.map(({ path }) => path));
  // A name may contain a placeholder, which stands for none of the known names.
  const realPath = (path: string) =>
    real.has(path) ? path : ([...real.keys()].find((other) => !told.has(other) && mayComeOutAs(path, other)) ?? path);
  const expected = new Map(
    planned.filter(({ path }) => !isIgnored(path)).map((change) => [realPath(change.path), change]),
  );
  const compared: ComparedChange[] = [];
  for (const [path, change] of real) {
    const prediction = expected.get(path);
    if (prediction !== undefined) compared.push({ path, ...compareChange(prediction, change) });
    // A new mode is not worth a line in a plan, but may have one.
    else if (!change.sameContent) compared.push({ path, outcome: "not predicted", real: change });
  }
  for (const [path, change] of expected)
    if (change.certainty === "certain" && !real.has(path))
      compared.push({ path, outcome: "did not happen", planned: change });
  return compared.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isCompared({ path, kind }: RealChange): boolean {
  return (kind === "file" || kind === "symlink") && !isIgnored(path);
}

function compareChange(planned: Change, real: RealChange) {
  const { after } = planned;
  const differences: Difference[] = [];
  // What is only possible may go either way: a program that may change a file may delete it.
  if (planned.certainty === "certain" && planned.op !== real.op)
    differences.push({ what: "op", predicted: planned.op, real: real.op });
  const predicted = contentOf(after);
  const content = outcomeOf(predicted, real.content);
  if (content === "different")
    differences.push({
      what: "content",
      predicted: predicted ?? Buffer.alloc(0),
      real: real.content ?? Buffer.alloc(0),
    });
  if (real.op !== "deleted" && after !== undefined) {
    if (after.kind === "file" && after.mode !== real.mode)
      differences.push({ what: "mode", predicted: after.mode, real: real.mode });
    if (after.uid !== real.uid || after.gid !== real.gid)
      differences.push({ what: "owner", predicted: `${after.uid}:${after.gid}`, real: `${real.uid}:${real.gid}` });
  }
  return differences.length === 0
    ? ({ outcome: "predicted", planned, real, content } as const)
    : ({ outcome: "different", planned, real, content, differences } as const);
}

function contentOf(entry: Entry | undefined): Buffer | undefined {
  if (entry?.kind === "file") return entry.content;
  return entry?.kind === "symlink" ? Buffer.from(entry.target) : undefined;
}

function outcomeOf(predicted: Buffer | undefined, real: Buffer | undefined): ContentOutcome {
  if (predicted === undefined || real === undefined) return undefined;
  if (unknownReason(predicted.toString("utf8")) !== undefined) return "unknown";
  return matches(predicted, real) || sameKeys(predicted, real) ? "equal" : "different";
}

/** Equal to the byte, save that a placeholder stands for anything. */
function matches(predicted: Buffer, real: Buffer): boolean {
  return predicted.equals(real) || mayComeOutAs(predicted.toString("latin1"), real.toString("latin1"));
}

/** cc_ssh keeps an account's keys in a Python set: more than one stand in an order that changes from boot to boot. */
function sameKeys(predicted: Buffer, real: Buffer): boolean {
  const lines = (text: Buffer) =>
    text
      .toString("latin1")
      .split("\n")
      .filter((line) => line !== "");
  const [ours, theirs] = [lines(predicted).sort(), lines(real).sort()];
  return ours.every((line) => /\bssh-(?:ed25519|rsa) AAAA/.test(line)) && ours.join("\n") === theirs.join("\n");
}
