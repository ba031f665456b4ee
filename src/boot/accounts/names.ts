import type { ModuleRun } from "../moduleRun.ts";
import { shadowSince } from "./defaults.ts";

/** Whether useradd accepts a name. Debian's useradd accepted nearly every name before shadow-utils 4.15. */
export function isUserName(boot: ModuleRun, name: string): boolean {
  if (!shadowSince(boot, "4.15")) return isRelaxedName(name) && !/^[-+~]/.test(name);
  return Buffer.byteLength(name) < 256 && isStrictName(name);
}

/** Whether groupadd accepts a name. */
export function isGroupName(boot: ModuleRun, name: string): boolean {
  if (!shadowSince(boot, "4.15")) return isRelaxedName(name) && !/^[-+~]/.test(name);
  return Buffer.byteLength(name) <= 32 && isStrictName(name);
}

function isRelaxedName(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= 32 && !/[\s:,]/.test(name);
}

function isStrictName(name: string): boolean {
  return /^[A-Za-z0-9_.][A-Za-z0-9_.-]*\$?$/.test(name) && !/^(\d+|\.\.?)$/.test(name);
}
