import { hasUnknown } from "../../../image/unknown.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext, noFix, withFix } from "../check.ts";
import { contentErrorAt } from "../configContent.ts";
import { failingsOf } from "./failing.ts";
import { failureFix } from "./failureFix.ts";
import { lostBy } from "./lostBy.ts";
import { ownEvidence } from "./ownEvidence.ts";

/**
 * Finds modules, steps and stages that fail, and errors that a module catches, with what is lost by them. Where a value
 * is invalid in itself, the finding about the value says so.
 */
export function moduleFails(rule: Rule, context: CheckContext): Finding[] {
  const failings = failingsOf(context).filter((failing) => contentErrorAt(context, failing) === undefined);
  return atMost(
    failings,
    ({ module, cause, severity, confidence = "certain", what, effects, advice, losses, outcome }) => {
      const message = [what, ...effects, ...(advice === undefined ? [] : [advice])].join(" ");
      const finding: Omit<Finding, "proveFix"> = {
        rule: rule.id,
        severity,
        confidence: confidence === "certain" && hasUnknown(message) ? "likely" : confidence,
        message,
        service: null,
        module,
        losses,
        cause,
        evidence: ownEvidence(context, cause) ?? "",
      };
      return outcome === undefined
        ? { ...finding, proveFix: noFix }
        : withFix(finding, () => failureFix(outcome, context, lostBy(outcome, context).accounts));
    },
  );
}
