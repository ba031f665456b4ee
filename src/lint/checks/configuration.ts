import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { CheckContext } from "./check.ts";

/** Finds files of the base configuration that cloud-init drops whole. */
export function fileDropped(rule: Rule, { boot, image }: CheckContext): Finding[] {
  // What this program could not read says nothing of what cloud-init can.
  const unread = (path: string) => image.problems.some((problem) => path.startsWith(problem.path));
  return boot.base.files.flatMap(({ path, dropped, unread: tooLarge }) => {
    if (dropped === undefined || tooLarge === true || unread(path)) return [];
    const { reason, line, column } = dropped;
    const anyModule = boot.modules.some(({ stage }) => stage !== "init-local");
    const what = anyModule ? "Nothing of what it sets takes effect." : "No module list is left, so no module runs.";
    return [about(rule, `cloud-init ignores ${path}: ${reason}. ${what}`, { path, line, column })];
  });
}

/** Finds configuration over which every stage of cloud-init dies. */
export function startFails(rule: Rule, { boot }: CheckContext): Finding[] {
  const { fatal } = boot.base;
  return fatal === undefined
    ? []
    : [about(rule, `Every stage of cloud-init stops with an error: ${fatal.reason}.`, fatal.origin)];
}

function about(rule: Rule, message: string, cause: Finding["cause"]): Finding {
  return {
    rule: rule.id,
    severity: rule.severity,
    confidence: "certain",
    message,
    service: null,
    module: null,
    target: null,
    cause,
    evidence: `${cause.path} is read by cloud-init`,
    fix: null,
  };
}
