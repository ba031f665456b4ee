import { IGNORES_CHECK } from "../ignores/ignoreFindings.ts";
import type { Rule } from "../rules/rule.ts";
import { nobodyCanBecomeRoot } from "./access/nobodyCanBecomeRoot.ts";
import { nobodyCanLogIn } from "./access/nobodyCanLogIn.ts";
import { sshKeysNotRead } from "./access/sshKeysNotRead.ts";
import { sshPwauthWithoutEffect } from "./access/sshPwauthWithoutEffect.ts";
import { sudoNotGranted } from "./access/sudoNotGranted.ts";
import type { Check } from "./check.ts";
import { configContent } from "./configContent.ts";
import { configValueMisread } from "./configuration/configValueMisread.ts";
import { datasourceListNotRead } from "./configuration/datasourceListNotRead.ts";
import { defaultUserNotMade } from "./configuration/defaultUserNotMade.ts";
import {
  cloudInitCannotStart,
  configDirectoryRedirected,
  configFileHidden,
  configFileIgnored,
  configFileNotRead,
} from "./configuration/files.ts";
import { hostnameSetBeforeModules } from "./configuration/hostnameSetBeforeModules.ts";
import { configKeyOfOtherVersion, configKeyWithoutModule } from "./configuration/keys.ts";
import {
  configFileOrder,
  configListReplaced,
  configMergeHowInverted,
  configValueLosesToEarlierFile,
  configValueOverriddenBySeed,
  configValueShadowed,
} from "./configuration/layers.ts";
import { logOwnerMissing } from "./configuration/logOwnerMissing.ts";
import { moduleListIncomplete } from "./configuration/moduleListIncomplete.ts";
import {
  moduleFrequencyUnknown,
  moduleListedTwice,
  moduleListFails,
  moduleNotForDistro,
  moduleUnknown,
} from "./configuration/moduleLists.ts";
import { networkNotDisabled } from "./configuration/networkNotDisabled.ts";
import { seedLeft, seedNotUsed } from "./configuration/seedNotUsed.ts";
import { templateReadTooEarly } from "./configuration/templateReadTooEarly.ts";
import { unitOrderedAfterRenamedService } from "./configuration/unitOrderedAfterRenamedService.ts";
import { userDataCanOverride } from "./configuration/userDataCanOverride.ts";
import { yumRepositoryKept } from "./configuration/yumRepositoryKept.ts";
import { distroClassMismatch } from "./distroClassMismatch.ts";
import { fileReplaced } from "./fileReplaced.ts";
import { hostsTemplateNotUsed } from "./hostsTemplateNotUsed.ts";
import { cloudInitDisabled } from "./leftovers/cloudInitDisabled.ts";
import { datasourcePinned } from "./leftovers/datasourcePinned.ts";
import { installerNetworkLeft } from "./leftovers/installerNetworkLeft.ts";
import { instanceKnown } from "./leftovers/instanceKnown.ts";
import { leftBehind } from "./leftovers/leftBehind.ts";
import { sshHostKeysShared } from "./leftovers/sshHostKeysShared.ts";
import { userDataSecretLeft } from "./leftovers/userDataSecretLeft.ts";
import { networkConfigurationJoined } from "./network/networkConfigurationJoined.ts";
import { networkConfigurationNotRead } from "./network/networkConfigurationNotRead.ts";
import { networkConfigurationReplaced } from "./network/networkConfigurationReplaced.ts";
import { moduleFails } from "./outcomes/moduleFails.ts";
import { overwritten } from "./overwritten.ts";
import { packageReleaseNotLocked, packagesUpgradedAtLaunch } from "./packageUpgrade.ts";
import { accountCannotLogIn } from "./requests/accountCannotLogIn.ts";
import { accountRequestLost } from "./requests/accountRequestLost.ts";
import { aptSourcesAdded } from "./requests/aptSourcesAdded.ts";
import { fileBelowFutureHome } from "./requests/fileBelowFutureHome.ts";
import { hostnameRequestLost } from "./requests/hostnameRequestLost.ts";
import { mountLost } from "./requests/mountLost.ts";
import { passwordStaysLocked } from "./requests/passwordStaysLocked.ts";
import { requests } from "./requests/requests.ts";
import { writtenFileDiffers } from "./requests/writtenFileDiffers.ts";
import { sshHostKeysMissing } from "./sshHostKeysMissing.ts";
import { sudoWithoutPassword } from "./sudoWithoutPassword.ts";
import { timeServersNotUsed } from "./time/timeServersNotUsed.ts";
import { bootDeadlock } from "./units/bootDeadlock.ts";
import { scriptsNotExecutable } from "./units/scriptsNotExecutable.ts";
import { stageCannotRun } from "./units/stageCannotRun.ts";
import { unitOrderingCycle } from "./units/unitOrderingCycle.ts";

const checks: Readonly<Record<string, Check>> = {
  accountCannotLogIn,
  accountRequestLost,
  aptSourcesAdded,
  bootDeadlock,
  cloudInitCannotStart,
  cloudInitDisabled,
  configContent,
  configDirectoryRedirected,
  configFileHidden,
  configFileIgnored,
  configFileNotRead,
  configFileOrder,
  configKeyOfOtherVersion,
  configKeyWithoutModule,
  configListReplaced,
  configMergeHowInverted,
  configValueLosesToEarlierFile,
  configValueMisread,
  configValueOverriddenBySeed,
  configValueShadowed,
  datasourceListNotRead,
  datasourcePinned,
  defaultUserNotMade,
  distroClassMismatch,
  fileBelowFutureHome,
  fileReplaced,
  hostnameRequestLost,
  hostnameSetBeforeModules,
  hostsTemplateNotUsed,
  // These findings are made after those of all other rules: applyIgnores.
  [IGNORES_CHECK]: () => [],
  installerNetworkLeft,
  instanceKnown,
  leftBehind,
  logOwnerMissing,
  moduleFails,
  moduleFrequencyUnknown,
  moduleListFails,
  moduleListIncomplete,
  moduleListedTwice,
  moduleNotForDistro,
  moduleUnknown,
  mountLost,
  networkConfigurationJoined,
  networkConfigurationNotRead,
  networkConfigurationReplaced,
  networkNotDisabled,
  nobodyCanBecomeRoot,
  nobodyCanLogIn,
  overwritten,
  packageReleaseNotLocked,
  packagesUpgradedAtLaunch,
  passwordStaysLocked,
  requests,
  scriptsNotExecutable,
  seedLeft,
  seedNotUsed,
  sshHostKeysMissing,
  sshHostKeysShared,
  sshKeysNotRead,
  sshPwauthWithoutEffect,
  stageCannotRun,
  sudoNotGranted,
  sudoWithoutPassword,
  templateReadTooEarly,
  timeServersNotUsed,
  unitOrderedAfterRenamedService,
  unitOrderingCycle,
  userDataCanOverride,
  userDataSecretLeft,
  writtenFileDiffers,
  yumRepositoryKept,
};

/**
 * The check of a rule: the function of its name in camel case. Where several rules are parameters over one check, their
 * documents name it: `check: left-behind` is leftBehind. undefined where there is none.
 */
export function checkOf({ check }: Rule): Check | undefined {
  const name = check.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(checks, name) ? checks[name] : undefined;
}
