import type { Module } from "../module.ts";
import { aptConfigure } from "./aptConfigure.ts";
import { aptPipelining } from "./aptPipelining.ts";
import { bootcmd } from "./bootcmd.ts";
import { caCerts } from "./caCerts.ts";
import { diskSetup } from "./diskSetup.ts";
import { growpart } from "./growpart.ts";
import { grubDpkg } from "./grubDpkg.ts";
import { installHotplug } from "./installHotplug.ts";
import { keyboard } from "./keyboard.ts";
import { locale } from "./locale.ts";
import { mounts } from "./mounts.ts";
import { ntp } from "./ntp.ts";
import { packageUpdateUpgradeInstall } from "./packageUpdateUpgradeInstall.ts";
import { resizefs } from "./resizefs.ts";
import { resolvConf } from "./resolvConf.ts";
import { rsyslog } from "./rsyslog.ts";
import { runcmd } from "./runcmd.ts";
import { seedRandom } from "./seedRandom.ts";
import { scriptsPerBoot } from "./scriptsPerBoot.ts";
import { scriptsPerInstance } from "./scriptsPerInstance.ts";
import { scriptsPerOnce } from "./scriptsPerOnce.ts";
import { scriptsUser } from "./scriptsUser.ts";
import { scriptsVendor } from "./scriptsVendor.ts";
import { setHostname } from "./setHostname.ts";
import { setPasswords } from "./setPasswords.ts";
import { ssh } from "./ssh.ts";
import { sshAuthkeyFingerprints } from "./sshAuthkeyFingerprints.ts";
import { timezone } from "./timezone.ts";
import { updateEtcHosts } from "./updateEtcHosts.ts";
import { updateHostname } from "./updateHostname.ts";
import { usersGroups } from "./usersGroups.ts";
import { writeFiles } from "./writeFiles.ts";
import { writeFilesDeferred } from "./writeFilesDeferred.ts";

/** Every module that is simulated: one line each. */
export const modules: readonly Module[] = [
  aptConfigure,
  aptPipelining,
  bootcmd,
  caCerts,
  diskSetup,
  growpart,
  grubDpkg,
  installHotplug,
  keyboard,
  locale,
  mounts,
  ntp,
  packageUpdateUpgradeInstall,
  resizefs,
  resolvConf,
  rsyslog,
  runcmd,
  seedRandom,
  scriptsPerBoot,
  scriptsPerInstance,
  scriptsPerOnce,
  scriptsUser,
  scriptsVendor,
  setHostname,
  setPasswords,
  ssh,
  sshAuthkeyFingerprints,
  timezone,
  updateEtcHosts,
  updateHostname,
  usersGroups,
  writeFiles,
  writeFilesDeferred,
];
