import { sameValue } from "../../python/value.ts";
import { parseYaml } from "../../python/yaml/load.ts";
import { type FileEdit, type Finding, type Fix, LARGEST_EDIT, milder } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import type { Rewrite } from "../schema/mechanical.ts";
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
    return told.replace === undefined && told.rewrite === undefined
      ? { ...finding, proveFix: noFix }
      : withFix(finding, () => fixOf(told, source));
  });
}

/** Limits the text that is checked again for the fixes of one file, in characters. */
const MOST_CHECKED = 2_000_000;
const checkedAgain = new WeakMap<readonly Told[], number>();

/** The file with one word or value replaced, if that leaves fewer results and no more that are wrong. */
function fixOf(problem: Told, { told, text, again, prove }: ToldSource): Fix | null {
  const { path } = problem.replace?.at ?? problem.origin;
  const whole = text(path);
  if (whole === undefined || whole.length > LARGEST_EDIT) return null;
  const lines = whole.split("\n");
  const edited = problem.rewrite === undefined ? withWord(lines, problem) : withValue(lines, problem.rewrite);
  if (edited === undefined) return null;
  lines[edited.line - 1] = edited.text;
  const fix = { path, content: lines.join("\n") };
  const checked = (checkedAgain.get(told) ?? 0) + fix.content.length;
  checkedAgain.set(told, checked);
  if (checked > MOST_CHECKED) return null;
  const after = again(fix);
  const isBetter = wrongs(after) < wrongs(told) || (wrongs(after) === wrongs(told) && after.length < told.length);
  if (!isBetter) return null;
  return prove === undefined ? { safe: true, why: null, edits: [fix] } : prove(fix);
}

interface EditedLine {
  readonly line: number;
  readonly text: string;
}

function withWord(lines: readonly string[], { origin: cause, replace }: Told): EditedLine | undefined {
  const origin = replace?.at ?? cause;
  const line = lines[origin.line - 1] ?? "";
  const quote = /["']/.exec(line.charAt(origin.column - 1))?.[0] ?? "";
  const at = origin.column - 1 + quote.length;
  if (replace === undefined || !line.startsWith(replace.old, at)) return undefined;
  return { line: origin.line, text: line.slice(0, at) + replace.by + line.slice(at + replace.old.length) };
}

function withValue(lines: readonly string[], { node, write }: Rewrite): EditedLine | undefined {
  const { start, end } = node.position;
  const line = lines[start.line - 1] ?? "";
  const written = start.line === end.line ? line.slice(start.column - 1, end.column - 1) : "";
  // In what is decoded from a file, the value has another place.
  const there = parseYaml(written, node.path).node;
  const by = there !== undefined && sameValue(there, node) ? write(written) : undefined;
  if (by === undefined || by === written) return undefined;
  return { line: start.line, text: line.slice(0, start.column - 1) + by + line.slice(end.column - 1) };
}

function wrongs(told: readonly Told[]): number {
  return told.filter(({ about, worst }) => about !== "deprecated-key" && worst !== "info").length;
}
