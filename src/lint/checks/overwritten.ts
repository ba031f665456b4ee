import type { Image } from "../../image/image.ts";
import { hasUnknown, mayComeOutAs } from "../../image/unknown.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Service } from "../../services/service.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { type Confidence, type Finding, type Fix, type Loss, SEVERITIES, type Severity } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { changeSentence, type SettingChange } from "../sentences/settings.ts";
import { atMost, blamed, byCause, type CheckContext, concerns, serviceOf, severityOf, withFix } from "./check.ts";
import { isGoneByFailure } from "./outcomes/moduleOutcomes.ts";

/**
 * Finds customised settings of a service (`service`, `settings`, `except`) that have another value after the boot: one
 * finding for all that the same line causes. The rule's `cost`, a sentence, says what keeping them costs, its
 * `advice` what to do about the changes of each module.
 */
export function overwritten(rule: Rule, context: CheckContext): Finding[] {
  const service = serviceOf(rule);
  const { before, after } = context.settings(service);
  const afterByKey = new Map(after.map((setting) => [setting.key, setting]));
  // A setting whose key is known only at boot may be any of those that are gone.
  const open = after.filter(({ key }) => hasUnknown(key));
  const lost = before.flatMap((was): LostSetting[] => {
    const now = afterByKey.get(was.key);
    if (!concerns(rule, was.key) || now?.value === was.value) return [];
    const evidence = context.evidence.of(service, was);
    if (evidence === undefined) return [];
    const { blame, gone } = context.responsible(service, was.key, now);
    if (now === undefined && was.path !== undefined && isGoneByFailure(context, blame, was.path)) return [];
    const isUnsure =
      open.some(({ key }) => mayComeOutAs(key, was.key)) || (now !== undefined && hasUnknown(now.value) && !gone);
    const confidence = isUnsure ? "likely" : "certain";
    return [{ was, now, evidence, blame, confidence, severity: severityOf(rule, evidence, confidence) }];
  });
  const isIgnored = ({ was, now, blame }: LostSetting) =>
    context.isLossIgnored(rule, blame.cause.path, lossOf({ was, now }));
  const apart = byCause(lost).flatMap((group) => {
    const ignored = new Set(group.filter(isIgnored));
    return ignored.size === 0 ? [group] : [group.filter((one) => !ignored.has(one)), [...ignored]];
  });
  return atMost(
    apart.filter((group) => group.length > 0),
    (group) => findingOf(rule, context, service, group),
  );
}

function lossOf({ was, now }: SettingChange): Loss {
  return {
    path: was.path ?? now?.path ?? "",
    line: was.line ?? null,
    setting: was.key,
    before: was.value,
    after: now?.value ?? null,
  };
}

interface LostSetting extends SettingChange {
  readonly evidence: Evidence;
  readonly blame: Blame;
  readonly confidence: Confidence;
  readonly severity: Severity;
}

/**
 * The finding for all settings that one line of configuration changes. Those with weaker evidence than others, such as
 * values that every installer writes, are not lost work beside them.
 */
function findingOf(rule: Rule, context: CheckContext, service: Service, group: readonly LostSetting[]): Finding {
  const worst = Math.min(...group.map(({ severity }) => SEVERITIES.indexOf(severity)));
  const lost = group.filter(({ severity }) => SEVERITIES.indexOf(severity) === worst);
  const { evidence, severity, blame } = lost[0]!;
  const { cost, advice } = rule.parameters;
  const sentence = changeSentence(service.name, lost, blame.module);
  const losses = lost.map(lossOf);
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity,
    confidence: lost.every(({ confidence }) => confidence === "certain") ? "certain" : "likely",
    message: [sentence, cost, (advice as Record<string, unknown> | undefined)?.[blame.module]]
      .filter((part) => typeof part === "string")
      .join(" "),
    service: service.name,
    ...blamed(blame),
    losses,
    evidence: evidence.text,
  };
  const keeps = (after: Image) =>
    lost.every(({ was }) => context.setting(service, was.key, after)?.value === was.value);
  return withFix(finding, () => {
    // A fix that is about one setting may keep the others as well.
    let other: Fix | null = null;
    for (const one of lost.slice(0, MOST_TRIED)) {
      const values = { key: one.was.key, before: one.was.value, path: lossOf(one).path };
      const fix = context.fix(rule, blame.cause, values, keeps);
      if (fix?.safe) return fix;
      other ??= fix;
    }
    return other;
  });
}

/** The settings of one finding whose own fixes are tried. */
const MOST_TRIED = 3;
