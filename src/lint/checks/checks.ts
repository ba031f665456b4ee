import { added } from "./added.ts";
import type { Check } from "./check.ts";
import { configContent } from "./configContent.ts";
import { datasourceListNotRead } from "./configuration/datasourceList.ts";
import { defaultUserNotMade } from "./configuration/defaultUser.ts";
import { hostnameSetEarly } from "./configuration/earlyHostname.ts";
import { templateTooEarly } from "./configuration/earlyKeys.ts";
import { directoryRedirected, fileDropped, fileNotRead, hiddenFileRead, startFails } from "./configuration/files.ts";
import { keyOfOtherVersion, keyWithoutModule } from "./configuration/keys.ts";
import {
  listReplaced,
  lowerFileWins,
  mergeHowInverted,
  orderMistaken,
  seedWins,
  valueShadowed,
} from "./configuration/layers.ts";
import { logOwnerMissing } from "./configuration/logOwner.ts";
import { valueMisread } from "./configuration/misread.ts";
import {
  moduleFrequency,
  moduleListFails,
  moduleOfOtherDistro,
  moduleTwice,
  moduleUnknown,
} from "./configuration/moduleLists.ts";
import { networkNotDisabled } from "./configuration/network.ts";
import { renamedUnit } from "./configuration/renamedUnit.ts";
import { userDataWins } from "./configuration/userDataWins.ts";
import { yumRepositoryKept } from "./configuration/yumRepositoryKept.ts";
import { distroClass } from "./distroClass.ts";
import { fileReplaced } from "./fileReplaced.ts";
import { hostKeysMissing } from "./hostKeysMissing.ts";
import { hostsTemplateNotUsed } from "./hostsTemplate.ts";
import { cachedSecrets } from "./leftovers/cachedSecrets.ts";
import { cloudInitOff } from "./leftovers/cloudInitOff.ts";
import { datasourcePinned } from "./leftovers/datasourcePinned.ts";
import { knownInstance } from "./leftovers/knownInstance.ts";
import { leftBehind } from "./leftovers/leftBehind.ts";
import { sharedHostKeys } from "./leftovers/sharedHostKeys.ts";
import { overwritten } from "./overwritten.ts";
import { packagesUpgraded, releaseNotLocked } from "./packageUpgrade.ts";
import { sudoWithoutPassword } from "./sudoWithoutPassword.ts";

/** Every check by the name that rule documents use. */
export const checks: Readonly<Record<string, Check>> = {
  added,
  "cached-secrets": cachedSecrets,
  "cloud-init-off": cloudInitOff,
  "config-content": configContent,
  "config-file-dropped": fileDropped,
  "config-file-not-read": fileNotRead,
  "config-file-order": orderMistaken,
  "config-key-of-other-version": keyOfOtherVersion,
  "config-key-without-module": keyWithoutModule,
  "config-list-replaced": listReplaced,
  "config-lower-file-wins": lowerFileWins,
  "config-merge-how": mergeHowInverted,
  "config-start-fails": startFails,
  "config-value-misread": valueMisread,
  "config-value-shadowed": valueShadowed,
  "datasource-pinned": datasourcePinned,
  "datasource-list-not-read": datasourceListNotRead,
  "distro-class": distroClass,
  "file-replaced": fileReplaced,
  "host-keys-missing": hostKeysMissing,
  "hosts-template-not-used": hostsTemplateNotUsed,
  "known-instance": knownInstance,
  "left-behind": leftBehind,
  "module-twice": moduleTwice,
  "module-unknown": moduleUnknown,
  "network-not-disabled": networkNotDisabled,
  overwritten,
  "packages-upgraded": packagesUpgraded,
  "release-not-locked": releaseNotLocked,
  "shared-host-keys": sharedHostKeys,
  "sudo-without-password": sudoWithoutPassword,
  "template-read-too-early": templateTooEarly,
  "unit-renamed": renamedUnit,
  "user-data-wins": userDataWins,
  "yum-repository-kept": yumRepositoryKept,
  "module-of-other-distro": moduleOfOtherDistro,
  "module-list-fails": moduleListFails,
  "module-frequency": moduleFrequency,
  "log-owner-missing": logOwnerMissing,
  "hostname-set-early": hostnameSetEarly,
  "default-user-not-made": defaultUserNotMade,
  "config-seed-wins": seedWins,
  "config-file-hidden": hiddenFileRead,
  "config-directory": directoryRedirected,
};
