import type { Check } from "./checks/check.ts";
import { fileDropped, startFails } from "./checks/configuration.ts";
import { fileReplaced } from "./checks/fileReplaced.ts";
import { overwritten } from "./checks/overwritten.ts";

/** Every check by the name that rule documents use. */
export const checks: Readonly<Record<string, Check>> = {
  "config-file-dropped": fileDropped,
  "config-start-fails": startFails,
  "file-replaced": fileReplaced,
  overwritten,
};
