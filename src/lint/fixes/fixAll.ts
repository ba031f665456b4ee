import { type FileEdit, type Finding, type Fix, SEVERITIES, type Severity } from "../finding.ts";
import type { LintResult } from "../lintResult.ts";
import { combineEdits, type EditedFiles } from "./combineEdits.ts";
import { identityOf } from "./newFindings.ts";

/** Which findings to fix. */
export interface FixChoice {
  /** The ids of the rules whose findings are fixed, whatever their severity; all rules if undefined. */
  readonly only?: ReadonlySet<string> | undefined;
  /** The lowest severity of findings that are fixed. */
  readonly minSeverity: Severity;
  /** Whether to include fixes that are not safe. */
  readonly unsafe: boolean;
}

/** An image, or a file linted on its own, that can be fixed. */
export interface Fixable extends EditedFiles {
  readonly result: LintResult;
  /** The same with edits in place. Paths of edits are canonical. */
  edited(edits: readonly FileEdit[]): Fixable;
  /** Why a fix cannot be put in place here, as a sentence; undefined if it can. */
  refuses(fix: Fix): string | undefined;
  /**
   * What is wrong with `after`, which has the fixes in place, as a main clause: harm, or a new finding other than those that a
   * fix that is not safe costs by itself.
   */
  objection(after: Fixable, fixes: readonly Fix[]): string | undefined;
}

/** A finding and the fix that is to be put in place for it. */
interface Proposal {
  readonly finding: Finding;
  readonly fix: Fix;
}

/** A finding that is fixed, and how; null if the fixes of others take it away as well. */
interface FixedFinding {
  readonly finding: Finding;
  readonly fix: Fix | null;
}

/** Why a finding is left as it is. */
export type LeftReason =
  | { readonly code: "no-fix" }
  /** Its fix is not safe; `cost` is a sentence. */
  | { readonly code: "unsafe"; readonly cost: string }
  /** Its fix contradicts other fixes, or cannot be put in place; `why` is a sentence. */
  | { readonly code: "conflict" | "elsewhere"; readonly why: string };

export interface LeftFinding {
  readonly finding: Finding;
  readonly reason: LeftReason;
}

/** A file that fixes change. */
export interface FixedFile extends FileEdit {
  /** The text before; null if the file is new. */
  readonly before: string | null;
}

/** The result of fixing everything that can be fixed. */
export interface Fixed {
  /** One for each file, against the original image; proven together. */
  readonly edits: readonly FixedFile[];
  readonly fixed: readonly FixedFinding[];
  /** The chosen findings that are still there. */
  readonly left: readonly LeftFinding[];
  /** The lint before and after. */
  readonly before: LintResult;
  readonly after: LintResult;
}

/** Fixing can reveal findings that can be fixed as well. */
const MOST_ROUNDS = 8;
/** Limits the boots that find out which fixes contradict each other. */
const MOST_TRIALS = 60;

/**
 * Puts all chosen fixes in place and proves them together: with all of them in place, none of the fixed findings is left, there is
 * no new error or warning, and nothing does harm. Fixes with which that does not hold are left out, those of milder findings
 * first. Repeats until nothing more can be fixed, so that fixing the result again changes nothing.
 */
export function fixAll(start: Fixable, choice: FixChoice): Fixed {
  const fixed: Proposal[] = [];
  const edits = new Map<string, FixedFile>();
  const trials = { left: MOST_TRIALS };
  const seen = new Set<string>();
  let now = start;
  let reasons = new Map<Finding, string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const proposals = proposalsFor(now, choice);
    const group = new Group(now, trials);
    group.add(proposals.filter(({ fix }) => fix.safe));
    for (const proposal of proposals) if (!proposal.fix.safe && !group.fixes(proposal.finding)) group.add([proposal]);
    reasons = group.reasons;
    const { chosen, after } = group;
    if (after === undefined) break;
    for (const edit of group.edits) record(edit, edits, now);
    fixed.push(...chosen);
    now = after;
    reasons = new Map();
    // Fixes of notes could undo each other.
    const state = JSON.stringify([...edits.values()]);
    if (seen.has(state)) break;
    seen.add(state);
  }
  const left = now.result.findings.filter((finding) => isChosen(finding, choice));
  return {
    edits: [...edits.values()].filter(({ before, content, renames }) => before !== content || renames !== undefined),
    fixed: [...fixed, ...alsoFixed(start, now, fixed, choice, [...edits.values()])],
    left: left.map((finding) => ({ finding, reason: reasonFor(finding, reasons, now) })),
    before: start.result,
    after: now.result,
  };
}

function isChosen({ rule, severity }: Finding, { only, minSeverity }: FixChoice): boolean {
  return only === undefined ? SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity) : only.has(rule);
}

/** The errors and warnings that are gone although no fix is their own. Notes may only say the same of another line. */
function alsoFixed(
  start: Fixable,
  now: Fixable,
  fixed: readonly Proposal[],
  { minSeverity }: FixChoice,
  edits: readonly FileEdit[],
): FixedFinding[] {
  const known = new Set(fixed.map(({ finding }) => identityOf(finding, edits)));
  // It may have another cause by then.
  const said = new Set(now.result.findings.map(({ rule, message }) => `${rule} ${message}`));
  return start.result.findings
    .filter(
      (finding) => finding.severity !== "info" && isChosen(finding, { only: undefined, minSeverity, unsafe: false }),
    )
    .filter((finding) => !known.has(identityOf(finding, edits)) && !said.has(`${finding.rule} ${finding.message}`))
    .filter((finding) => remaining([finding], start, now, edits) === undefined)
    .map((finding) => ({ finding, fix: null }));
}

function proposalsFor(now: Fixable, choice: FixChoice): Proposal[] {
  return now.result.findings
    .filter((finding) => isChosen(finding, choice))
    .flatMap((finding) => {
      const fix = finding.proveFix();
      const isUsed = fix !== null && (fix.safe || choice.unsafe) && now.refuses(fix) === undefined;
      return isUsed ? [{ finding, fix }] : [];
    });
}

function reasonFor(finding: Finding, reasons: ReadonlyMap<Finding, string>, now: Fixable): LeftReason {
  const why = reasons.get(finding);
  if (why !== undefined) return { code: "conflict", why };
  const fix = finding.proveFix();
  if (fix === null) return { code: "no-fix" };
  const refusal = now.refuses(fix);
  if (refusal !== undefined) return { code: "elsewhere", why: refusal };
  return fix.safe
    ? { code: "conflict", why: "There are too many findings to fix at once; run the command again." }
    : { code: "unsafe", cost: fix.why ?? "" };
}

/** Adds an edit of a later round to those of earlier ones. */
function record({ path, content, renames }: FileEdit, edits: Map<string, FixedFile>, now: Fixable): void {
  const from = renames ?? path;
  const earlier = edits.get(from);
  const before = earlier === undefined ? (now.read(from)?.toString("utf8") ?? null) : earlier.before;
  if (renames !== undefined) edits.delete(renames);
  const original = earlier?.renames ?? renames;
  // A file that an earlier round made is new under its later name.
  const isRenamed = original !== undefined && before !== null && original !== path;
  edits.set(path, { path, content, before, ...(isRenamed ? { renames: original } : {}) });
}

/** The fixes that hold together, chosen one group after another. */
class Group {
  readonly #now: Fixable;
  readonly #trials: { left: number };
  readonly chosen: Proposal[] = [];
  /** Why the other fixes are left out, as sentences. */
  readonly reasons = new Map<Finding, string>();
  edits: readonly FileEdit[] = [];
  /** With the chosen fixes in place; undefined if there are none. */
  after: Fixable | undefined;

  constructor(now: Fixable, trials: { left: number }) {
    this.#now = now;
    this.#trials = trials;
  }

  /** Chooses as many fixes as hold together with those that are chosen already; earlier ones take precedence. */
  add(proposals: readonly Proposal[]): void {
    if (proposals.length === 0) return;
    const objection = this.#try(proposals);
    if (objection === undefined) return;
    if (proposals.length > 1) {
      const half = proposals.length >> 1;
      this.add(proposals.slice(0, half));
      this.add(proposals.slice(half));
      return;
    }
    this.reasons.set(proposals[0]!.finding, objection);
  }

  /** Whether the chosen fixes take a finding away, which may have another fix of its own. */
  fixes(finding: Finding): boolean {
    return this.after !== undefined && remaining([finding], this.#now, this.after, this.edits) === undefined;
  }

  /** Chooses these fixes too, unless there is an objection. */
  #try(proposals: readonly Proposal[]): string | undefined {
    const all = [...this.chosen, ...proposals];
    const fixes = all.map(({ fix }) => fix);
    const edits = combineEdits(fixes, this.#now);
    if (typeof edits === "string") return `Its fix cannot be applied with the others: ${edits}.`;
    if (this.#trials.left-- <= 0) return "There are too many fixes to prove; run the command again.";
    const after = this.#now.edited(edits);
    const findings = all.map(({ finding }) => finding);
    const left = remaining(findings, this.#now, after, edits);
    const wrong = left ? `the finding of ${left.rule} remains` : this.#now.objection(after, fixes);
    if (wrong !== undefined) return `With its fix in place, ${wrong}.`;
    this.chosen.push(...proposals);
    this.edits = edits;
    this.after = after;
    return undefined;
  }
}

/** Which of some findings is still there after edits, ignored or not. */
function remaining(
  findings: readonly Finding[],
  now: Fixable,
  after: Fixable,
  edits: readonly FileEdit[],
): Finding | undefined {
  const left = new Map<string, number>();
  const lost = new Set<string>();
  for (const finding of withIgnored(after.result)) {
    const name = identityOf(finding, edits);
    left.set(name, (left.get(name) ?? 0) + 1);
    for (const { path, setting } of finding.losses) lost.add(`${finding.rule} ${path} ${setting}`);
  }
  const allowed = new Map<string, number>();
  for (const finding of withIgnored(now.result)) {
    const name = identityOf(finding, edits);
    allowed.set(name, (allowed.get(name) ?? 0) + 1);
  }
  for (const finding of findings) {
    const name = identityOf(finding, edits);
    allowed.set(name, (allowed.get(name) ?? 0) - 1);
  }
  return findings.find((finding) => {
    const { rule, losses } = finding;
    const name = identityOf(finding, edits);
    return (
      losses.some(({ path, setting }) => lost.has(`${rule} ${path} ${setting}`)) ||
      (left.get(name) ?? 0) > allowed.get(name)!
    );
  });
}

function withIgnored({ findings, ignored }: LintResult): readonly Finding[] {
  return [...findings, ...ignored];
}
