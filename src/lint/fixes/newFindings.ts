import { type FileEdit, type Finding, SEVERITIES } from "../finding.ts";
import { IGNORES_CHECK } from "../ignores/ignoreFindings.ts";
import type { Rule } from "../rules/rule.ts";
import { CONTENT_CHECK } from "../rules/rule.ts";

/** Checks of the content of configuration: a fix must not cause any finding of theirs, whatever its severity. */
const WORDING = ["config-key-of-other-version", CONTENT_CHECK];

/** The findings that an image has only with a fix in place: errors, warnings, then those about the content of the fix. */
export function newFindings(
  without: readonly Finding[],
  withFix: readonly Finding[],
  edits: readonly FileEdit[],
  rules: readonly Rule[],
): Finding[] {
  const wording = new Set(rules.filter(({ check }) => WORDING.includes(check)).map(({ id }) => id));
  // A fix may make an ignore unnecessary.
  const aboutIgnores = new Set(rules.filter(({ check }) => check === IGNORES_CHECK).map(({ id }) => id));
  const isAtFix = ({ rule, cause }: Finding) => wording.has(rule) && edits.some(({ path }) => path === cause?.path);
  const kinds: readonly ((finding: Finding) => boolean)[] = [
    (finding) => isAtLeast(finding, "error"),
    (finding) => isAtLeast(finding, "warning"),
    isAtFix,
  ];
  const found = new Set<Finding>();
  for (const isOfKind of kinds) {
    const known = new Map<string, number>();
    const lost = new Set<string>();
    for (const finding of without.filter(isOfKind)) {
      const name = identityOf(finding, edits);
      known.set(name, (known.get(name) ?? 0) + 1);
      for (const loss of finding.losses) lost.add(identityOf({ ...finding, losses: [loss] }, edits));
    }
    for (const finding of withFix.filter((one) => isOfKind(one) && !aboutIgnores.has(one.rule))) {
      const name = identityOf(finding, edits);
      const left = known.get(name) ?? 0;
      // One that has fewer losses than before is not new.
      const isPart =
        finding.losses.length > 0 &&
        finding.losses.every((loss) => lost.has(identityOf({ ...finding, losses: [loss] }, edits)));
      if (left > 0) known.set(name, left - 1);
      else if (!isPart) found.add(finding);
    }
  }
  return [...found];
}

function isAtLeast({ severity }: Finding, least: Finding["severity"]): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/**
 * Identifies a finding although edits may have moved its lines or renamed its file: numbers in messages, such as those of
 * lines, are ignored.
 */
export function identityOf({ rule, losses, cause, message }: Finding, edits: readonly FileEdit[]): string {
  const unmoved = (text: string) =>
    edits.reduce((all, { path, renames }) => (renames === undefined ? all : all.replaceAll(path, renames)), text);
  return losses.length === 0
    ? `${rule} ${unmoved(cause?.path ?? "")} ${unmoved(message).replace(/\d+/g, "")}`
    : `${rule} ${losses.map((loss) => `${unmoved(loss.path)} ${loss.setting}`).join(" ")}`;
}
