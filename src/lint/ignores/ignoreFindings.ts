import type { Origin } from "../../image/origin.ts";
import { atMost, noFix } from "../checks/check.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { inWords } from "../sentences/lists.ts";
import type { IgnoreComment } from "./comments.ts";
import { type ConfiguredIgnore, type IgnoreUse, isExpired, type UnusedRule } from "./ignore.ts";

/** The check of rules about ignores, whose findings are made after those of all other rules. */
export const IGNORES_CHECK = "ignores";

/** The rule about ignores that match nothing, or have ended. */
export const WITHOUT_EFFECT = "ignore-without-effect" as const;

/** Something wrong with an ignore. */
interface Wrong {
  readonly rule: "ignore-invalid" | typeof WITHOUT_EFFECT | "ignore-without-reason";
  readonly message: string;
  readonly origin: Origin;
}

/**
 * The rules in comments that match no finding.
 * @param isUnused whether that is so and known
 * @param linesOf the lines of a file with findings of a rule, in order
 */
export function unusedRules(
  comments: readonly IgnoreComment[],
  isUnused: (comment: IgnoreComment, rule: string) => boolean,
  linesOf: (path: string, rule: string) => readonly number[],
): UnusedRule[] {
  return comments.filter(isValid).flatMap((comment) => {
    const { path, line, rules } = comment;
    const unused = rules.filter((rule) => isUnused(comment, rule));
    return unused.map((rule) => ({
      path,
      line,
      rule,
      message: unusedMessage(comment, rule, nearestOf(linesOf(path, rule), comment.from)),
    }));
  });
}

/** The number in a sorted list that is nearest to another. */
function nearestOf(sorted: readonly number[], to: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < to) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [sorted[low - 1], sorted[low]];
  return before === undefined || (after !== undefined && after - to < to - before) ? after : before;
}

/** Whether a comment ignores anything at all. */
function isValid({ from, to, rules }: IgnoreComment): boolean {
  return from < to && rules.length > 0;
}

/** What is wrong with the comments of an image. */
export function commentFindings(
  comments: readonly IgnoreComment[],
  unused: readonly UnusedRule[],
  rules: readonly Rule[],
): Finding[] {
  const unusedAt = new Map<string, UnusedRule[]>();
  for (const one of unused) {
    const place = `${one.path}\n${one.line}`;
    unusedAt.set(place, [...(unusedAt.get(place) ?? []), one]);
  }
  const wrongs = comments.flatMap((comment) => {
    const { path, line, column, reason, mistakes } = comment;
    const origin = { path, line, column };
    const found: Wrong[] = mistakes.map((message) => ({ rule: "ignore-invalid", message, origin }));
    if (isValid(comment) && reason === null)
      found.push(withoutReason(origin, "Write it after the closing bracket of the comment."));
    for (const { message } of unusedAt.get(`${path}\n${line}`) ?? [])
      found.push({ rule: WITHOUT_EFFECT, message, origin });
    return found;
  });
  return findingsOf(wrongs, rules);
}

/** What is wrong with configured ignores, after all images. @param uses those of all images, at least one */
export function configuredFindings(
  configured: readonly ConfiguredIgnore[],
  uses: readonly IgnoreUse[],
  rules: readonly Rule[],
  today: string,
): Finding[] {
  const judged = new Set(uses.flatMap((use) => use.judged));
  const matched = new Set(uses.flatMap((use) => use.matched));
  const wrongs = configured.flatMap((ignore, index) => {
    const { origin, reason, until } = ignore;
    const found: Wrong[] = [];
    if (reason === null) found.push(withoutReason(origin, 'Write it as "reason".'));
    const withoutEffect = (message: string) => found.push({ rule: WITHOUT_EFFECT, message, origin });
    if (isExpired(ignore, today))
      withoutEffect(
        `This ignore ended on ${until}, so that it ignores nothing. Fix its findings and remove it, or set a later date.`,
      );
    if (judged.has(index) && !matched.has(index))
      withoutEffect(`This ignore matches no finding${nameOf(ignore)}. Remove it.`);
    return found;
  });
  return findingsOf(wrongs, rules);
}

function nameOf({ rules }: ConfiguredIgnore): string {
  return rules === undefined || rules.length === 0 ? "" : ` of ${inWords([...rules], "or")}`;
}

function withoutReason(origin: Origin, advice: string): Wrong {
  return { rule: "ignore-without-reason", message: `This ignore gives no reason. ${advice}`, origin };
}

function unusedMessage(
  { isWide, from, line, rules }: IgnoreComment,
  rule: string,
  nearest: number | undefined,
): string {
  const where = isWide ? "in this file" : from === line ? "on this line" : `on line ${from}`;
  const isOnly = rules.length === 1;
  const missing = `There is no finding of ${rule} ${where} to ignore`;
  if (isWide || nearest === undefined)
    return `${missing}. Remove ${isOnly ? "the comment" : "the rule from the comment"}.`;
  const advice = isOnly
    ? "Move the comment to that line or directly above it, or remove it."
    : "Remove the rule from the comment; a comment on that line or directly above it ignores that finding.";
  return `${missing}; the nearest is on line ${nearest}. ${advice}`;
}

function findingsOf(wrongs: readonly Wrong[], rules: readonly Rule[]): Finding[] {
  return rules
    .filter(({ check }) => check === IGNORES_CHECK)
    .flatMap((rule) =>
      atMost(
        wrongs.filter((wrong) => wrong.rule === rule.id),
        ({ message, origin }) => ({
          rule: rule.id,
          severity: rule.severity,
          confidence: "certain",
          message,
          service: null,
          module: null,
          losses: [],
          cause: origin,
          evidence: "",
          proveFix: noFix,
        }),
      ),
    );
}
