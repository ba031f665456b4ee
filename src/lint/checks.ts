import { added } from "./checks/added.ts";
import type { Check } from "./checks/check.ts";
import { configContent } from "./checks/configContent.ts";
import { datasourceListNotRead } from "./checks/configuration/datasourceList.ts";
import { defaultUserNotMade } from "./checks/configuration/defaultUser.ts";
import { hostnameSetEarly } from "./checks/configuration/earlyHostname.ts";
import { templateTooEarly } from "./checks/configuration/earlyKeys.ts";
import {
  directoryRedirected,
  fileDropped,
  fileNotRead,
  hiddenFileRead,
  startFails,
} from "./checks/configuration/files.ts";
import { keyOfOtherVersion, keyWithoutModule } from "./checks/configuration/keys.ts";
import {
  listReplaced,
  lowerFileWins,
  mergeHowInverted,
  orderMistaken,
  seedWins,
  valueShadowed,
} from "./checks/configuration/layers.ts";
import { logOwnerMissing } from "./checks/configuration/logOwner.ts";
import { valueMisread } from "./checks/configuration/misread.ts";
import {
  moduleFrequency,
  moduleListFails,
  moduleOfOtherDistro,
  moduleTwice,
  moduleUnknown,
} from "./checks/configuration/moduleLists.ts";
import { networkNotDisabled } from "./checks/configuration/network.ts";
import { renamedUnit } from "./checks/configuration/renamedUnit.ts";
import { userDataWins } from "./checks/configuration/userDataWins.ts";
import { yumRepositoryKept } from "./checks/configuration/yumRepositoryKept.ts";
import { distroClass } from "./checks/distroClass.ts";
import { fileReplaced } from "./checks/fileReplaced.ts";
import { hostKeysMissing } from "./checks/hostKeysMissing.ts";
import { hostsTemplateNotUsed } from "./checks/hostsTemplate.ts";
import { cachedSecrets } from "./checks/leftovers/cachedSecrets.ts";
import { cloudInitOff } from "./checks/leftovers/cloudInitOff.ts";
import { datasourcePinned } from "./checks/leftovers/datasourcePinned.ts";
import { knownInstance } from "./checks/leftovers/knownInstance.ts";
import { leftBehind } from "./checks/leftovers/leftBehind.ts";
import { sharedHostKeys } from "./checks/leftovers/sharedHostKeys.ts";
import { overwritten } from "./checks/overwritten.ts";
import { packagesUpgraded, releaseNotLocked } from "./checks/packageUpgrade.ts";
import { sudoWithoutPassword } from "./checks/sudoWithoutPassword.ts";

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
