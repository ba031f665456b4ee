import type { ModuleRun } from "../moduleRun.ts";
import { usesSystemd } from "./systemd.ts";

/** Families whose classes use OpenRC's program where systemd does not boot the image (init_cmd, 20.4 to 26.2). */
const OPENRC: readonly string[] = ["alpine", "gentoo"];

/** The command that restarts a service: systemctl with `verb`, or the program for init scripts (distro.manage_service). */
export function serviceCommand(boot: ModuleRun, verb: string, service: string): string {
  if (usesSystemd(boot)) return `systemctl ${verb} ${service}`;
  return `${OPENRC.includes(boot.facts.family) ? "rc-service" : "service"} ${service} restart`;
}
