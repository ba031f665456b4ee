import type { BootResult } from "../boot/boot.ts";
import type { Image } from "../image/image.ts";
import type { Change } from "../image/overlay.ts";
import type { Finding } from "../lint/finding.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { type ComparedChange, compareChanges } from "./compare.ts";
import { judgeFindings, type Verdict } from "./findings.ts";
import { type ComparedModule, compareModules } from "./modules.ts";
import type { RealBoot } from "./realBoot.ts";
import { realImage } from "./realImage.ts";

/** A prediction held against what the image's own cloud-init did. */
export interface Verification {
  readonly result: LintResult;
  readonly booted: BootResult;
  readonly real: RealBoot;
  readonly changes: readonly ComparedChange[];
  readonly modules: readonly ComparedModule[];
  readonly findings: readonly { readonly finding: Finding; readonly verdict: Verdict }[];
  /** Whether nothing contradicts the prediction. */
  readonly agrees: boolean;
}

/** The changes of a plan that a real boot can be compared with: directories count by what is in them. */
export function plannedFiles(changes: readonly Change[], before: Image): Change[] {
  return changes.filter(
    ({ path, after }) =>
      after?.kind !== "directory" && (after !== undefined || before.lstat(path)?.kind !== "directory"),
  );
}

/** Compares a lint and its boot with the real boot of the same image and launch. */
export function verify(result: LintResult, booted: BootResult, real: RealBoot): Verification {
  const changes = compareChanges(plannedFiles(booted.changes, booted.before), real.changes);
  const modules = compareModules(booted.modules, real.log, real.result);
  // What is ignored happens as well.
  const findings = judgeFindings(
    [...result.findings, ...result.ignored],
    booted.before,
    realImage(booted.before, real.changes),
  );
  const agrees =
    changes.every(({ outcome }) => outcome === "predicted") &&
    modules.every(({ outcome }) => outcome !== "different") &&
    findings.every(({ verdict }) => verdict !== "contradicted");
  return { result, booted, real, changes, modules, findings, agrees };
}
