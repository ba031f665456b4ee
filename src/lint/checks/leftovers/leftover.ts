import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { type CheckContext, noFix } from "../check.ts";

/**
 * A finding about something that the machine that built the image left in it. The message ends with what to run: the
 * rule's `clean`, an option of `cloud-init clean`, or its `remedy`, a sentence, where the image's version lacks the option.
 */
export function leftover(
  rule: Rule,
  { distro }: CheckContext,
  { message, cause, evidence, confidence = "certain" }: Leftover,
): Finding {
  return {
    rule: rule.id,
    severity: rule.severity,
    confidence,
    message: `${message} ${remedyOf(rule, distro.cloudInit.version || ASSUMED_VERSION)}`,
    service: null,
    module: null,
    losses: [],
    cause,
    evidence,
    proveFix: noFix,
  };
}

interface Leftover {
  readonly message: string;
  readonly cause: Origin;
  readonly evidence: string;
  readonly confidence?: Finding["confidence"];
}

/** The versions that added options of `cloud-init clean` (cmd/clean.py, 18.5 to 26.2). */
const CLEAN_SINCE: Readonly<Record<string, string>> = { "--machine-id": "22.3", "--configs": "23.4" };

function remedyOf({ parameters: { clean, remedy } }: Rule, version: string): string {
  const since = CLEAN_SINCE[String(clean).split(" ")[0]!];
  const exists = typeof clean === "string" && (since === undefined || versionAtLeast(version, since));
  return exists ? `Run "cloud-init clean ${clean}" before the snapshot.` : String(remedy);
}

/** Whether this program could not read all of the configuration, so that it does not know which files the boot keeps. */
export function isUnsure({ booted, image }: CheckContext): boolean {
  return (
    booted.base.files.some(({ unread }) => unread === true) ||
    image.problems.some(({ path }) => path.startsWith("/etc/cloud"))
  );
}
