import { SEVERITIES, type Severity } from "../lint/finding.ts";

/** Findings of this or a higher severity. */
export function atLeast<T extends { readonly severity: Severity }>(findings: readonly T[], minSeverity: Severity): T[] {
  const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(minSeverity) + 1);
  return findings.filter((finding) => shown.includes(finding.severity));
}

/** The number of findings of each severity. */
export function countBySeverity(findings: readonly { readonly severity: Severity }[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}

/** The number of all findings of some reports by severity, including those that are only counted. */
export function countAll(
  reports: readonly {
    readonly findings: readonly { readonly severity: Severity }[];
    readonly hidden?: Readonly<Record<Severity, number>> | undefined;
  }[],
): Record<Severity, number> {
  const counts = countBySeverity(reports.flatMap(({ findings }) => findings));
  for (const { hidden } of reports) for (const severity of SEVERITIES) counts[severity] += hidden?.[severity] ?? 0;
  return counts;
}
