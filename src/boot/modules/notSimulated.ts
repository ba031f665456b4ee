import type { ModuleFacts } from "../module.ts";

function facts(name: string, until: string): ModuleFacts {
  return { name, frequency: "once-per-instance", distros: "all", activatedBy: [], until };
}

/** Modules whose effects are not simulated: the plan says that they run, never what they do (18.5 to 22.2). */
export const notSimulated: readonly ModuleFacts[] = [
  facts("debug", "22.3"),
  facts("foo", "22.2"),
  facts("snap_config", "20.1"),
  { ...facts("snappy", "20.1"), distros: () => ["ubuntu"] },
];
