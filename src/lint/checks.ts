import { added } from "./checks/added.ts";
import type { Check } from "./checks/check.ts";
import { fileDropped, startFails } from "./checks/configuration.ts";
import { fileReplaced } from "./checks/fileReplaced.ts";
import { hostKeysMissing } from "./checks/hostKeysMissing.ts";
import { overwritten } from "./checks/overwritten.ts";

/** Every check by the name that rule documents use. */
export const checks: Readonly<Record<string, Check>> = {
  added,
  "config-file-dropped": fileDropped,
  "config-start-fails": startFails,
  "file-replaced": fileReplaced,
  "host-keys-missing": hostKeysMissing,
  overwritten,
};
