import type { Finding, Severity } from "./finding.ts";
import { worstFirst } from "./worstFirst.ts";

/** Severities that the user gives to rules, by their ids. "off": the rule's findings are not reported. */
export type RuleSeverities = ReadonlyMap<string, Severity | "off">;

/**
 * Findings with the severities that the user gives to their rules, whatever their evidence, in the order of reports.
 * Fixes are proven without them: what is safe is not a matter of taste.
 */
export function withSeverities<F extends Finding>(findings: readonly F[], severities: RuleSeverities | undefined): F[] {
  return findings
    .flatMap((finding) => {
      const severity = severities?.get(finding.rule) ?? finding.severity;
      return severity === "off" ? [] : [severity === finding.severity ? finding : { ...finding, severity }];
    })
    .sort(worstFirst);
}
