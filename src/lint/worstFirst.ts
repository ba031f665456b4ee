import { type Finding, SEVERITIES } from "./finding.ts";

type Placed = Pick<Finding, "severity" | "cause" | "losses">;

/** The order of findings in a report: by severity, then by cause. */
export function worstFirst(a: Placed, b: Placed): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.cause?.path ?? "", b.cause?.path ?? "") ||
    (a.cause?.line ?? 0) - (b.cause?.line ?? 0) ||
    compare(a.losses[0]?.path ?? "", b.losses[0]?.path ?? "") ||
    (a.losses[0]?.line ?? 0) - (b.losses[0]?.line ?? 0)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
