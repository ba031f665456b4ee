import type { Rule } from "../rules/rule.ts";
import { added } from "./added.ts";
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
import { instanceKnown } from "./leftovers/instanceKnown.ts";
import { leftBehind } from "./leftovers/leftBehind.ts";
import { sshHostKeysShared } from "./leftovers/sshHostKeysShared.ts";
import { userDataSecretLeft } from "./leftovers/userDataSecretLeft.ts";
import { overwritten } from "./overwritten.ts";
import { packageReleaseNotLocked, packagesUpgradedAtLaunch } from "./packageUpgrade.ts";
import { sshHostKeysMissing } from "./sshHostKeysMissing.ts";
import { sudoWithoutPassword } from "./sudoWithoutPassword.ts";

const checks: Readonly<Record<string, Check>> = {
  added,
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
  fileReplaced,
  hostnameSetBeforeModules,
  hostsTemplateNotUsed,
  instanceKnown,
  leftBehind,
  logOwnerMissing,
  moduleFrequencyUnknown,
  moduleListFails,
  moduleListIncomplete,
  moduleListedTwice,
  moduleNotForDistro,
  moduleUnknown,
  networkNotDisabled,
  overwritten,
  packageReleaseNotLocked,
  packagesUpgradedAtLaunch,
  seedLeft,
  seedNotUsed,
  sshHostKeysMissing,
  sshHostKeysShared,
  sudoWithoutPassword,
  templateReadTooEarly,
  unitOrderedAfterRenamedService,
  userDataCanOverride,
  userDataSecretLeft,
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
