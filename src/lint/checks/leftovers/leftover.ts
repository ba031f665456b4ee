import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { type CheckContext, noFix } from "../check.ts";

/** A finding about something that the machine that built the image left in it. */
export function leftover(rule: Rule, message: string, cause: Origin, evidence: string): Finding {
  return {
    rule: rule.id,
    severity: rule.severity,
    confidence: "certain",
    message,
    service: null,
    module: null,
    losses: [],
    cause,
    evidence,
    proveFix: noFix,
  };
}

/** The first paths and a count of the others. */
export function listed(paths: readonly string[]): string {
  const shown = paths.length > 4 ? paths.slice(0, 3) : paths;
  const more = paths.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Whether this program could not read all of the configuration, so that it does not know which files the boot keeps. */
export function isUnsure({ booted, image }: CheckContext): boolean {
  return (
    booted.base.files.some(({ unread }) => unread === true) ||
    image.problems.some(({ path }) => path.startsWith("/etc/cloud"))
  );
}
