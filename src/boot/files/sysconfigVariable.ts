import type { Origin } from "../../image/origin.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { header } from "./makeHeader.ts";
import { strictText } from "./strictText.ts";
import { readSysconfig, SysconfigFile } from "./sysconfigFile.ts";

/**
 * Sets a variable in a file of variables, which is created with a header if it is missing
 * (rhel_util.update_sysconfig_file, 18.5 to 26.2).
 */
export function setSysconfig(boot: ModuleRun, path: string, key: string, value: string, because: Origin): void {
  const text = strictText(boot, path);
  const settings = text === undefined ? new SysconfigFile([]) : readSysconfig(text);
  settings?.set(key, value);
  const top = text === undefined ? `${header(boot, "Created")}\n` : "";
  const content = settings === undefined ? wholeUnknown(`the file with a different ${key}`) : `${top}${settings}\n`;
  boot.write(path, content, because);
}
