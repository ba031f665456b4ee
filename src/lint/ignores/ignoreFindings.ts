import type { Origin } from "../../image/origin.ts";
import { atMost, noFix } from "../checks/check.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { inWords } from "../sentences/lists.ts";
import type { IgnoreComment } from "./comments.ts";
import { type ConfiguredIgnore, type IgnoreUse, isExpired } from "./ignore.ts";

/** The check of rules about ignores, whose findings are made after those of all other rules. */
export const IGNORES_CHECK = "ignores";

/** Something wrong with an ignore. */
interface Wrong {
  readonly rule: "ignore-invalid" | "ignore-without-effect" | "ignore-without-reason";
  readonly message: string;
  readonly origin: Origin;
}

/**
 * What is wrong with the comments of an image.
 * @param isUnused whether a comment matches no finding of a rule of the image, as far as that is known
 */
export function commentFindings(
  comments: readonly IgnoreComment[],
  rules: readonly Rule[],
  isUnused: (comment: IgnoreComment, rule: string) => boolean,
): Finding[] {
  const wrongs = comments.flatMap((comment): Wrong[] => {
    const { path, line, column, rules: named, reason, mistakes } = comment;
    const origin = { path, line, column };
    const isValid = comment.from < comment.to && named.length > 0;
    const unused = isValid ? named.filter((rule) => isUnused(comment, rule)) : [];
    return [
      ...mistakes.map((message): Wrong => ({ rule: "ignore-invalid", message, origin })),
      ...(isValid && reason === null ? [withoutReason(origin, "Write it after the closing bracket.")] : []),
      ...unused.map((rule): Wrong => ({ rule: "ignore-without-effect", message: unusedComment(comment, rule), origin })),
    ];
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
  const wrongs = configured.flatMap((ignore, index): Wrong[] => {
    const { origin, reason, until } = ignore;
    const expired = `This ignore ended on ${until}, so that its findings are reported again. Fix them, or set a later date.`;
    const unused = `This ignore matches no finding${nameOf(ignore)}. Remove it.`;
    return [
      ...(reason === null ? [withoutReason(origin, 'Write it as "reason".')] : []),
      ...(isExpired(ignore, today) ? [{ rule: "ignore-without-effect" as const, message: expired, origin }] : []),
      ...(judged.has(index) && !matched.has(index)
        ? [{ rule: "ignore-without-effect" as const, message: unused, origin }]
        : []),
    ];
  });
  return findingsOf(wrongs, rules);
}

function nameOf({ rules }: ConfiguredIgnore): string {
  return rules === undefined || rules.length === 0 ? "" : ` of ${inWords([...rules], "or")}`;
}

function withoutReason(origin: Origin, advice: string): Wrong {
  return { rule: "ignore-without-reason", message: `This ignore gives no reason. ${advice}`, origin };
}

function unusedComment({ isWide, from, line }: IgnoreComment, rule: string): string {
  const where = isWide ? "in this file" : from === line ? "on this line" : `on line ${from}`;
  return `There is no finding of ${rule} ${where} to ignore. Remove the rule from the comment.`;
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
          evidence: "somebody wrote this ignore",
          proveFix: noFix,
        }),
      ),
    );
}
