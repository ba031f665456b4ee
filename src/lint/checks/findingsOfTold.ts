import { type FileEdit, type Finding, type Fix, milder } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import type { Told } from "../schema/told.ts";
import { atMost, noFix, withFix } from "./check.ts";

/** What is needed to make findings of the results of a check. */
export interface ToldSource {
  readonly told: readonly Told[];
  /** Why the file concerns the user. */
  readonly evidence: string;
  /** A file's text; undefined if not available. */
  text(path: string): string | undefined;
  /** The results with the fix in place. */
  again(fix: FileEdit): readonly Told[];
  /** The fix if it does no harm; missing for files that are not part of an image. */
  prove?(fix: FileEdit): Fix | null;
}

/** The findings of one of these rules, which has a parameter `about`. */
export function findingsOfTold(rule: Rule, source: ToldSource): Finding[] {
  const about = source.told.filter((told) => told.about === rule.parameters.about);
  return atMost(about, (told) => {
    const { message, origin, worst, confidence = "certain", module = null } = told;
    const finding: Omit<Finding, "proveFix"> = {
      rule: rule.id,
      severity: milder(rule.severity, worst),
      confidence,
      message,
      service: null,
      module,
      losses: [],
      cause: origin,
      evidence: source.evidence,
    };
    return told.replace === undefined ? { ...finding, proveFix: noFix } : withFix(finding, () => fixOf(told, source));
  });
}

/** The largest file, in characters, that a fix replaces; for a larger one the message says what to write. */
const LARGEST_FIX = 4_000;

/** The file with one word replaced, if that leaves fewer results and no more that are wrong. */
function fixOf({ origin: cause, replace }: Told, { told, text, again, prove }: ToldSource): Fix | null {
  const origin = replace?.at ?? cause;
  const whole = text(origin.path);
  if (replace === undefined || whole === undefined || whole.length > LARGEST_FIX) return null;
  const lines = whole.split("\n");
  const line = lines[origin.line - 1] ?? "";
  const quote = /["']/.exec(line.charAt(origin.column - 1))?.[0] ?? "";
  const at = origin.column - 1 + quote.length;
  if (!line.startsWith(replace.old, at)) return null;
  lines[origin.line - 1] = line.slice(0, at) + replace.by + line.slice(at + replace.old.length);
  const fix = { path: origin.path, content: lines.join("\n") };
  const after = again(fix);
  const isBetter = wrongs(after) < wrongs(told) || (wrongs(after) === wrongs(told) && after.length < told.length);
  if (!isBetter) return null;
  return prove === undefined ? { safe: true, why: null, edits: [fix] } : prove(fix);
}

function wrongs(told: readonly Told[]): number {
  return told.filter(({ about, worst }) => about !== "deprecated-key" && worst !== "info").length;
}
