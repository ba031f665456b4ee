import { type Finding, type Fix, SEVERITIES } from "../finding.ts";
import { CONTENT_CHECK } from "../findingsOfTold.ts";
import type { Rule } from "../rules/rule.ts";

/** Checks of what a file of configuration says: a fix must not say anything that these find, however mild. */
const WORDING = ["config-key-of-other-version", CONTENT_CHECK];

/**
 * A finding that an image has only with a fix in place: at warning or above, or about what the fix itself says.
 * @returns undefined where there is none
 */
export function newFinding(
  without: readonly Finding[],
  withFix: readonly Finding[],
  fix: Fix,
  rules: readonly Rule[],
): Finding | undefined {
  const wording = new Set(rules.filter(({ check }) => WORDING.includes(check)).map(({ id }) => id));
  const isAtFix = ({ rule, cause }: Finding) => wording.has(rule) && cause?.path === fix.path;
  const kinds: readonly ((finding: Finding) => boolean)[] = [
    (finding) => isAtLeast(finding, "error"),
    (finding) => isAtLeast(finding, "warning"),
    isAtFix,
  ];
  for (const isOfKind of kinds) {
    const known = new Map<string, number>();
    for (const finding of without.filter(isOfKind)) {
      const name = identity(finding, fix);
      known.set(name, (known.get(name) ?? 0) + 1);
    }
    for (const finding of withFix.filter(isOfKind)) {
      const name = identity(finding, fix);
      const left = known.get(name) ?? 0;
      if (left === 0) return finding;
      known.set(name, left - 1);
    }
  }
  return undefined;
}

function isAtLeast({ severity }: Finding, least: Finding["severity"]): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/**
 * What makes two findings one, though a fix may have moved the lines and the file that they are about: the numbers in
 * messages, among them those of lines, do not count.
 */
function identity({ rule, losses, cause, message }: Finding, { path, renames }: Fix): string {
  const unmoved = (text: string) => (renames === undefined ? text : text.replaceAll(path, renames));
  return losses.length === 0
    ? `${rule} ${unmoved(cause?.path ?? "")} ${unmoved(message).replace(/\d+/g, "")}`
    : `${rule} ${losses.map((loss) => `${unmoved(loss.path)} ${loss.setting}`).join(" ")}`;
}
