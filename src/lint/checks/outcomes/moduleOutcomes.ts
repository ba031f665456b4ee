import type { BootResult } from "../../../boot/boot.ts";
import type { Blame } from "../../../image/writeLog.ts";
import type { CheckContext } from "../check.ts";
import { ownEvidence } from "./ownEvidence.ts";

/** Whether a module runs to its end. If it fails or does not run at all, other rules report what is lost. */
export function runsToEnd({ modules }: Pick<BootResult, "modules">, name: string): boolean {
  return modules.some((module) => module.name === name && module.status === "ran");
}

/**
 * The modules and steps that fail, and those that a failing stage never runs. What they were asked for is lost, and
 * module-fails reports it: checks that compare a request with its outcome leave it out.
 */
export function failedModules({ modules }: BootResult): ReadonlySet<string> {
  const lost = modules.filter(({ status, why }) => status === "failed" || why?.code === "stage-stopped");
  return new Set(lost.map(({ name }) => name));
}

/** Whether module-fails reports that a file is gone, since a module removed it and then failed. */
export function isGoneByFailure(context: CheckContext, { module, cause }: Blame, path: string): boolean {
  const { booted } = context;
  const isGone = booted.after.lstat(path) === undefined && failedModules(booted).has(module);
  return isGone && ownEvidence(context, cause) !== undefined;
}
