import type { Finding, IgnoredFinding } from "./finding.ts";
import { IGNORES_CHECK } from "./ignores/ignoreFindings.ts";
import type { LintResult } from "./lintResult.ts";
import { ruleNamed } from "./rules/catalogue.ts";
import { kindOfFile } from "./secrets/files.ts";

/**
 * What identifies findings from one run to the next: nothing that changes with other edits, with the image, or with the words of
 * messages. A finding has one entry for each loss, or one for its cause. Without secrets.
 */
export interface BaselineEntry {
  /** The rule's id, or an earlier one. */
  readonly rule: string;
  /** The file of the loss, otherwise of the cause. */
  readonly path: string;
  /** null if the whole file is lost, or nothing. */
  readonly setting: string | null;
  /** The line of the cause if nothing is lost and the file is configuration; otherwise null. */
  readonly line: string | null;
  /** How many times it occurs in one image. */
  readonly count: number;
}

/** The findings that are known, and the file that lists them. Plain data. */
export interface Baseline {
  readonly path: string;
  readonly entries: readonly BaselineEntry[];
}

type Identified = Pick<Finding, "rule" | "cause" | "losses">;
type Entry = Omit<BaselineEntry, "count">;

/**
 * A result without the findings of a baseline, which are ignored, and the entries of all findings that are not ignored otherwise.
 * @param nameOf the name of a file of this machine that is the same in every checkout; the path itself of a file of the image
 */
export function withBaseline(
  result: LintResult,
  baseline: Baseline | undefined,
  nameOf: (path: string) => string,
): { readonly result: LintResult; readonly entries: readonly BaselineEntry[] } {
  const lines = causeLines(result);
  const entriesOf = (finding: Identified) =>
    entriesOfFinding(finding, () => lines(finding)).map(
      (entry): Entry => ({
        ...entry,
        path: nameOf(entry.path),
        setting: entry.setting && result.secrets.text(entry.setting),
      }),
    );
  // What is wrong with an ignore can be put right at once.
  const isListed = ({ rule }: Finding) => ruleNamed(rule)?.check !== IGNORES_CHECK;
  const entries = counted(result.findings.filter(isListed).flatMap(entriesOf));
  if (baseline === undefined) return { result, entries };
  const { fresh, known } = splitKnown(result.findings.filter(isListed), baseline, entriesOf);
  const ignored = { by: "baseline", path: baseline.path, line: null, reason: null } as const;
  const isFresh = new Set(fresh);
  const findings = result.findings.filter((finding) => !isListed(finding) || isFresh.has(finding));
  const all = [...result.ignored, ...known.map((finding): IgnoredFinding => ({ ...finding, ignored }))];
  return { result: { ...result, findings, ignored: all }, entries };
}

/** Splits findings into new ones and those of a baseline. A finding is known if all of its entries are. */
function splitKnown<F extends Identified>(
  findings: readonly F[],
  { entries }: Baseline,
  entriesOf: (finding: F) => readonly Entry[],
): { readonly fresh: readonly F[]; readonly known: readonly F[] } {
  const left = countsOf(entries);
  const fresh: F[] = [];
  const known: F[] = [];
  for (const finding of findings) {
    const needed = countsOf(counted(entriesOf(finding)));
    const isKnown = [...needed].every(([key, count]) => (left.get(key) ?? 0) >= count);
    if (isKnown) for (const [key, count] of needed) left.set(key, left.get(key)! - count);
    (isKnown ? known : fresh).push(finding);
  }
  return { fresh, known };
}

/** The entries of several images: each with its largest count, sorted by path and rule. */
export function mergedEntries(images: readonly (readonly BaselineEntry[])[]): BaselineEntry[] {
  const merged = new Map<string, BaselineEntry>();
  for (const entry of images.flat()) {
    const { rule, count } = entry;
    const key = keyOf(entry);
    const known = merged.get(key)?.count ?? 0;
    if (count > known) merged.set(key, { ...entry, rule: ruleNamed(rule)?.id ?? rule, count });
  }
  return [...merged.values()].sort(inOrder);
}

/** The entries of a baseline that occur less often than it says, or not at all. */
export function goneEntries(baseline: Baseline, now: readonly BaselineEntry[]): BaselineEntry[] {
  const counts = countsOf(now);
  return baseline.entries.filter((entry) => (counts.get(keyOf(entry)) ?? 0) < entry.count);
}

/** Whether there are findings, but none of those that a baseline lists. */
export function isOfOtherImage({ entries }: Baseline, now: readonly BaselineEntry[]): boolean {
  const counts = countsOf(now);
  return now.length > 0 && !entries.some((entry) => counts.has(keyOf(entry)));
}

/** The entries of one finding. @param lineOf the line of its cause, without secrets */
function entriesOfFinding({ rule, cause, losses }: Identified, lineOf: () => string | null): Entry[] {
  if (losses.length > 0)
    return losses.map(({ path, setting }) => ({ rule, path: steadyPath(path), setting, line: null }));
  return [{ rule, path: steadyPath(cause?.path ?? "/"), setting: null, line: lineOf() }];
}

/** A line as entries hold it: without indentation, the spaces between words, and a comment at its end. */
function steadyLine(line: string): string {
  const plain = line.trim().replace(/\s+/g, " ");
  const comment = plain.indexOf(" #");
  return (comment === -1 ? plain : plain.slice(0, comment)).slice(0, LONGEST_LINE);
}

const LONGEST_LINE = 120;

/** A path without what differs between images of one recipe. */
function steadyPath(path: string): string {
  return path.replace(/^(\/var\/lib\/cloud\/instances)\/[^/]+/, "$1/*");
}

/** Reads the lines of causes in files of configuration; other files, such as /etc/machine-id, differ between images. */
function causeLines({ texts, secrets, image }: LintResult): (finding: Identified) => string | null {
  const files = new Map<string, readonly string[] | undefined>();
  return ({ cause }) => {
    if (cause === null || (image.isFile !== true && kindOfFile(cause.path) === undefined)) return null;
    if (!files.has(cause.path)) {
      const { before, after } = texts(cause.path);
      const text = before ?? after;
      files.set(cause.path, text === undefined ? undefined : secrets.file(cause.path, text).split("\n"));
    }
    const line = files.get(cause.path)?.[cause.line - 1];
    return line === undefined ? null : steadyLine(line);
  };
}

function counted(entries: readonly Entry[]): BaselineEntry[] {
  const counts = new Map<string, BaselineEntry>();
  for (const entry of entries) {
    const key = keyOf(entry);
    counts.set(key, { ...entry, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function countsOf(entries: readonly BaselineEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(keyOf(entry), (counts.get(keyOf(entry)) ?? 0) + entry.count);
  return counts;
}

/** Names what an entry is about, whatever its rule was called. */
function keyOf({ rule, path, setting, line }: Entry): string {
  return JSON.stringify([ruleNamed(rule)?.id ?? rule, path, setting, line]);
}

function inOrder(a: BaselineEntry, b: BaselineEntry): number {
  const [one, other] = [a, b].map(({ path, rule, setting, line }) => [path, rule, setting ?? "", line ?? ""]);
  const at = one!.findIndex((text, index) => text !== other![index]);
  return at === -1 ? 0 : one![at]! < other![at]! ? -1 : 1;
}
