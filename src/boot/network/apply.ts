import type { ModuleRun } from "../module.ts";

/** Renders the network configuration, as stages.apply_network_config does before any module (18.5 to 26.2). */
export function applyNetwork(_boot: ModuleRun): void {}
