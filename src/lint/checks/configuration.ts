import { CLOUD_CFG } from "../../config/read.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import type { CheckContext } from "./check.ts";

/** Finds files of the base configuration that cloud-init drops whole. */
export function fileDropped(rule: Rule, { boot }: CheckContext): Finding[] {
  return boot.base.files.flatMap(({ path, dropped }) => {
    if (dropped === undefined) return [];
    const what = path === CLOUD_CFG ? "no module list is left, so no module runs" : "nothing of it takes effect";
    return [
      about(rule, `cloud-init ignores the whole file, ${what}: ${dropped.reason}`, { path, ...position(dropped) }),
    ];
  });
}

/** Finds configuration over which every stage of cloud-init dies. */
export function startFails(rule: Rule, { boot }: CheckContext): Finding[] {
  const { fatal } = boot.base;
  return fatal === undefined
    ? []
    : [about(rule, `Every stage of cloud-init stops with an error: ${fatal.reason}`, fatal.origin)];
}

function position({ line, column }: { line: number; column: number }): { line: number; column: number } {
  return { line, column };
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
