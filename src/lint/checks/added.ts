import { hasUnknown } from "../../boot/unknown.ts";
import type { Service, Setting } from "../../services/service.ts";
import type { Evidence } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { atMost, blamed, type CheckContext, concerns, matchesAny, serviceOf, severityOf, withFix } from "./check.ts";

/** Finds settings that the boot adds beside customised ones: a glob of `settings` goes with the one of `beside` at its place. */
export function added(rule: Rule, context: CheckContext): Finding[] {
  const service = serviceOf(rule);
  const { before, after } = context.settings(service);
  const known = new Set(before.map(identity));
  const fresh = after.filter((setting) => !known.has(identity(setting)) && concerns(rule, setting.key));
  return atMost(fresh, (setting) => {
    const neighbour = customisedNeighbour(rule, context, service, setting);
    return neighbour === undefined ? undefined : finding(rule, context, service, setting, ...neighbour);
  });
}

function identity(setting: Setting): string {
  return `${setting.key}\n${setting.value}`;
}

function customisedNeighbour(
  rule: Rule,
  context: CheckContext,
  service: Service,
  setting: Setting,
): [Setting, Evidence] | undefined {
  const settings = rule.parameters.settings as string[];
  const beside = (rule.parameters.beside as string[]).filter((_, index) => matchesAny([settings[index]!], setting.key));
  const { before, after } = context.settings(service);
  const left = new Set(after.map(({ key }) => key));
  for (const glob of beside)
    for (const other of before) {
      // What the boot takes away is another rule's, and so is a file that it replaces.
      const isReplaced = other.key === setting.key && other.key === other.path;
      if (!left.has(other.key) || isReplaced || !matchesAny([glob], other.key)) continue;
      const evidence = context.evidence.of(service, other);
      if (evidence !== undefined && evidence.strength !== "weak") return [other, evidence];
    }
  return undefined;
}

function finding(
  rule: Rule,
  context: CheckContext,
  service: Service,
  setting: Setting,
  neighbour: Setting,
  evidence: Evidence,
): Finding {
  const { blame } = context.responsible(service, setting.key, setting);
  const confidence = hasUnknown(setting.value) ? "likely" : "certain";
  const before = context.settings(service).before.find((other) => other.key === setting.key);
  const found: Omit<Finding, "fix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `cloud-init's ${blame.module} adds ${place(setting)} on the first boot, beside the image's own ${place(neighbour)}.`,
    service: service.name,
    ...blamed(blame),
    target: {
      path: neighbour.path ?? setting.path ?? "",
      line: neighbour.line ?? null,
      setting: setting.key,
      before: before?.value ?? null,
      after: setting.value,
    },
    evidence: evidence.text,
  };
  return withFix(found, () =>
    context.fix(
      rule,
      { key: setting.key },
      (image) => context.setting(service, setting.key, image)?.value !== setting.value,
    ),
  );
}

/** A setting and where it stands, unless its name says that already. */
function place({ key, path, line }: Setting): string {
  if (path === undefined || path === key) return key;
  return `${key} (${path}${line === undefined ? "" : `:${line}`})`;
}
