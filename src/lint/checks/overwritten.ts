import { hasUnknown, mayComeOutAs } from "../../image/unknown.ts";
import type { Service, Setting } from "../../services/service.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { atMost, blamed, type CheckContext, concerns, serviceOf, severityOf, withFix } from "./check.ts";

/**
 * Finds customised settings of a service (`service`, `settings`, `except`) that have another value after the boot. `cost`
 * says what it costs to keep them.
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
  // What the boot names only then may be this very setting, said anew.
  const again = context.settings(service).after.some(({ key }) => hasUnknown(key) && mayComeOutAs(key, setting.key));
  const unsure = again || (now !== undefined && hasUnknown(now.value) && !gone);
  const confidence = unsure ? "likely" : "certain";
  const path = setting.path ?? now?.path ?? "";
  const { cost } = rule.parameters;
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `${sentence(setting, now, blame.module)}${typeof cost === "string" ? ` ${cost}` : ""}`,
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

function sentence(setting: Setting, now: Setting | undefined, module: string): string {
  const who = module === "" ? "cloud-init" : `cloud-init's ${module}`;
  const where =
    setting.path === undefined ? "" : ` (${setting.path}${setting.line === undefined ? "" : `:${setting.line}`})`;
  const what = `${setting.key} is ${quote(setting.value)} in the image${where}`;
  if (now === undefined) return `${what}; ${who} removes it on the first boot.`;
  const elsewhere = now.path === undefined || now.path === setting.path ? "" : ` through ${now.path}`;
  return `${what}; ${who} makes it ${quote(now.value)} on the first boot${elsewhere}.`;
}

function quote(value: string): string {
  return `"${value.replace(/<<unknown:(.*?)>>/gs, "($1)")}"`;
}
