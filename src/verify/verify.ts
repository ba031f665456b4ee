import type { BootResult } from "../boot/boot.ts";
import type { Image } from "../image/image.ts";
import type { Change } from "../image/overlay.ts";
import { lintReal } from "../lint/lint.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { catalogue } from "../lint/rules/catalogue.ts";
import { type ComparedChange, compareChanges } from "./compare.ts";
import { type JudgedFinding, judgeFindings } from "./findings.ts";
import { isIgnored } from "./ignoredPaths.ts";
import { type ComparedModule, compareModules } from "./modules.ts";
import { observedBoot } from "./observed.ts";
import type { RealBoot } from "./realBoot.ts";
import { realImage } from "./realImage.ts";

/** A prediction held against what the image's own cloud-init did. */
export interface Verification {
  readonly result: LintResult;
  readonly booted: BootResult;
  readonly real: RealBoot;
  readonly changes: readonly ComparedChange[];
  readonly modules: readonly ComparedModule[];
  readonly findings: readonly JudgedFinding[];
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
  const { before } = booted;
  // A prediction says nothing about the rest.
  const compared = real.changes.filter(({ path }) => !isIgnored(path));
  const observed = observedBoot(booted, realImage(before, compared, booted.after.history()), modules, real.commands);
  const found = lintReal(before, observed, { distro: booted.distro, rules: catalogue });
  const findings = judgeFindings(
    [...result.findings, ...result.ignored],
    before,
    realImage(before, real.changes),
    found,
  );
  const agrees =
    changes.every(({ outcome }) => outcome === "predicted") &&
    modules.every(({ outcome }) => outcome !== "different") &&
    findings.every(({ verdict }) => verdict !== "contradicted");
  return { result, booted, real, changes, modules, findings, agrees };
}
