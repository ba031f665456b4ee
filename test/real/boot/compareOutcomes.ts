import { isIgnored } from "../../../src/verify/ignoredPaths.ts";
import type { RealBoot } from "./bootDirectory.ts";
import type { OutcomeObservation, SaidFinding } from "./observeOutcomes.ts";
import { EXCUSED_ADDITIONS, EXCUSED_FAILURES, EXCUSED_REQUESTS } from "./silentOutcomes.ts";

/** How many outcomes of real boots a lint has findings for. Those with a reason to be silent are counted apart. */
export interface OutcomeScore {
  /** Modules that really failed. */
  failures: number;
  failuresFound: number;
  failuresExcused: number;
  /** What was asked for, and how much of it the image did not get. */
  requests: number;
  missed: number;
  missedFound: number;
  missedExcused: number;
  /** Files that the boot really added. */
  added: number;
  addedFound: number;
  addedExcused: number;
}

export const noOutcomeScore = (): OutcomeScore => ({
  failures: 0,
  failuresFound: 0,
  failuresExcused: 0,
  requests: 0,
  missed: 0,
  missedFound: 0,
  missedExcused: 0,
  added: 0,
  addedFound: 0,
  addedExcused: 0,
});

/** Compares the findings of a lint with what really failed, was asked for in vain, and was added. */
export function compareOutcomes(observation: OutcomeObservation, boot: RealBoot, score: OutcomeScore): string[] {
  const { findings, failures, requests } = observation;
  const asked = new Set(observation.askedFiles);
  const differences: string[] = [];
  for (const { module, error } of failures) {
    score.failures++;
    // What fails only because another module failed is in the finding about that one.
    const isTold = ({ rule, module: own, message }: SaidFinding) =>
      (own === module && (rule === "module-fails" || /\bfails\b/.test(message))) ||
      new RegExp(`\\b${module} (?:then )?fails too\\.`).test(message) ||
      (module === "" && own === null);
    if (findings.some(isTold)) score.failuresFound++;
    else if (EXCUSED_FAILURES.some(([pattern]) => pattern.test(`${module} ${error}`))) score.failuresExcused++;
    else differences.push(`${module} failed without a finding: ${error}`);
  }
  for (const { what, subject, module, path, lines, keyLine, isMet } of requests) {
    score.requests++;
    if (isMet) continue;
    score.missed++;
    const isNamed = ({ severity, message, cause, losses }: SaidFinding) =>
      severity !== "info" &&
      ((cause !== null &&
        cause.path === path &&
        (cause.line === keyLine || (cause.line >= lines[0] && cause.line <= lines[1]))) ||
        message.includes(subject) ||
        losses.some((loss) => `${loss.path} ${loss.setting}`.includes(subject)));
    const isOfAll = ({ rule, message }: SaidFinding) =>
      rule === "instance-known" || /\bNone of (?:its|their) modules runs\b/.test(message);
    const hasFailed = failures.some((failure) => failure.module === module);
    if (findings.some((finding) => isNamed(finding) || isOfAll(finding) || (hasFailed && finding.module === module)))
      score.missedFound++;
    else if (EXCUSED_REQUESTS.some(([pattern]) => pattern.test(what))) score.missedExcused++;
    else differences.push(`${path}:${lines[0]}: no finding, but the image does not have ${what}`);
  }
  for (const { path, op, kind } of boot.changes) {
    if (op !== "created" || (kind !== "file" && kind !== "symlink") || isIgnored(path)) continue;
    score.added++;
    const isNamed = ({ message, losses }: SaidFinding) =>
      message.includes(path) || losses.some((loss) => loss.path === path || loss.setting === path);
    if (findings.some(isNamed)) score.addedFound++;
    else if (EXCUSED_ADDITIONS.some(([pattern]) => pattern.test(path))) score.addedExcused++;
    else if (asked.has(path)) score.addedExcused++;
    else differences.push(`${path}: added without a finding`);
  }
  return differences;
}
