import { hasUnknown, mayComeOutAs } from "../../image/unknown.ts";
import type { Service, Setting } from "../../services/service.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { changeSentence } from "../sentences/settings.ts";
import { atMost, blamed, type CheckContext, concerns, serviceOf, severityOf, withFix } from "./check.ts";
import { isGoneByFailure } from "./outcomes/failedModules.ts";

/**
 * Finds customised settings of a service (`service`, `settings`, `except`) that have another value after the boot. The
 * rule's `cost`, a sentence, says what keeping them costs.
 */
export function overwritten(rule: Rule, context: CheckContext): Finding[] {
  const service = serviceOf(rule);
  const { before, after } = context.settings(service);
  const afterByKey = new Map(after.map((setting) => [setting.key, setting]));
  const changed = before.filter(({ key, value }) => concerns(rule, key) && afterByKey.get(key)?.value !== value);
  return atMost(changed, (setting) => lost(rule, context, service, setting, afterByKey.get(setting.key)));
}

function lost(
  rule: Rule,
  context: CheckContext,
  service: Service,
  setting: Setting,
  now: Setting | undefined,
): Finding | undefined {
  const evidence = context.evidence.of(service, setting);
  if (evidence === undefined) return undefined;
  const { blame, gone } = context.responsible(service, setting.key, now);
  if (now === undefined && setting.path !== undefined && isGoneByFailure(context, blame, setting.path))
    return undefined;
  // A setting whose key is known only at boot may be this one.
  const again = context.settings(service).after.some(({ key }) => hasUnknown(key) && mayComeOutAs(key, setting.key));
  const unsure = again || (now !== undefined && hasUnknown(now.value) && !gone);
  const confidence = unsure ? "likely" : "certain";
  const path = setting.path ?? now?.path ?? "";
  const { cost } = rule.parameters;
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `${changeSentence(service.name, setting, now, blame.module)}${typeof cost === "string" ? ` ${cost}` : ""}`,
    service: service.name,
    ...blamed(blame),
    losses: [
      {
        path,
        line: setting.line ?? null,
        setting: setting.key,
        before: setting.value,
        after: now?.value ?? null,
      },
    ],
    evidence: evidence.text,
  };
  const values = { key: setting.key, before: setting.value, path };
  return withFix(finding, () =>
    context.fix(rule, values, (after) => context.setting(service, setting.key, after)?.value === setting.value),
  );
}
