import { added } from "./checks/added.ts";
import type { Check } from "./checks/check.ts";
import { duplicateKeys } from "./checks/configuration/duplicates.ts";
import { fileDropped, fileNotRead, startFails } from "./checks/configuration/files.ts";
import {
  listReplaced,
  lowerFileWins,
  mergeHowInverted,
  orderMistaken,
  valueShadowed,
} from "./checks/configuration/layers.ts";
import { valueMisread } from "./checks/configuration/misread.ts";
import { distroClass } from "./checks/distroClass.ts";
import { fileReplaced } from "./checks/fileReplaced.ts";
import { hostKeysMissing } from "./checks/hostKeysMissing.ts";
import { overwritten } from "./checks/overwritten.ts";

/** Every check by the name that rule documents use. */
export const checks: Readonly<Record<string, Check>> = {
  added,
  "config-file-dropped": fileDropped,
  "config-file-not-read": fileNotRead,
  "config-file-order": orderMistaken,
  "config-key-duplicate": duplicateKeys,
  "config-list-replaced": listReplaced,
  "config-lower-file-wins": lowerFileWins,
  "config-merge-how": mergeHowInverted,
  "config-start-fails": startFails,
  "config-value-misread": valueMisread,
  "config-value-shadowed": valueShadowed,
  "distro-class": distroClass,
  "file-replaced": fileReplaced,
  "host-keys-missing": hostKeysMissing,
  overwritten,
};
