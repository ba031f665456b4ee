import type { BootResult } from "../../../boot/boot.ts";

/**
 * The modules and steps that fail, and those that a failing stage never runs. What they were asked for is lost, and
 * module-fails reports it: checks that compare a request with its outcome leave it out.
 */
export function failedModules({ modules }: BootResult): ReadonlySet<string> {
  const lost = modules.filter(({ status, why }) => status === "failed" || why?.code === "stage-stopped");
  return new Set(lost.map(({ name }) => name));
}
