import type { Module } from "../module.ts";
import { ansible } from "./ansible.ts";
import { apkConfigure } from "./apkConfigure.ts";
import { aptConfigure } from "./aptConfigure.ts";
import { aptPipelining } from "./aptPipelining.ts";
import { bootcmd } from "./bootcmd.ts";
import { byobu } from "./byobu.ts";
import { caCerts } from "./caCerts.ts";
import { chef } from "./chef.ts";
import { disableEc2Metadata } from "./disableEc2Metadata.ts";
import { diskSetup } from "./diskSetup.ts";
import { emitUpstart } from "./emitUpstart.ts";
import { fan } from "./fan.ts";
import { finalMessage } from "./finalMessage.ts";
import { growpart } from "./growpart.ts";
import { grubDpkg } from "./grubDpkg.ts";
import { installHotplug } from "./installHotplug.ts";
import { keyboard } from "./keyboard.ts";
import { keysToConsole } from "./keysToConsole.ts";
import { landscape } from "./landscape.ts";
import { locale } from "./locale.ts";
import { lxd } from "./lxd.ts";
import { mcollective } from "./mcollective.ts";
import { migrator } from "./migrator.ts";
import { mounts } from "./mounts.ts";
import { ntp } from "./ntp.ts";
import { packageUpdateUpgradeInstall } from "./packageUpdateUpgradeInstall.ts";
import { phoneHome } from "./phoneHome.ts";
import { powerStateChange } from "./powerStateChange.ts";
import { puppet } from "./puppet.ts";
import { raspberryPi } from "./raspberryPi.ts";
import { refreshRmcAndInterface } from "./refreshRmcAndInterface.ts";
import { resetRmc } from "./resetRmc.ts";
import { resizefs } from "./resizefs.ts";
import { resolvConf } from "./resolvConf.ts";
import { rhSubscription } from "./rhSubscription.ts";
import { rightscaleUserdata } from "./rightscaleUserdata.ts";
import { rsyslog } from "./rsyslog.ts";
import { runcmd } from "./runcmd.ts";
import { saltMinion } from "./saltMinion.ts";
import { scriptsPerBoot } from "./scriptsPerBoot.ts";
import { scriptsPerInstance } from "./scriptsPerInstance.ts";
import { scriptsPerOnce } from "./scriptsPerOnce.ts";
import { scriptsUser } from "./scriptsUser.ts";
import { scriptsVendor } from "./scriptsVendor.ts";
import { seedRandom } from "./seedRandom.ts";
import { setHostname } from "./setHostname.ts";
import { setPasswords } from "./setPasswords.ts";
import { snap } from "./snap.ts";
import { spacewalk } from "./spacewalk.ts";
import { ssh } from "./ssh.ts";
import { sshAuthkeyFingerprints } from "./sshAuthkeyFingerprints.ts";
import { sshImportId } from "./sshImportId.ts";
import { timezone } from "./timezone.ts";
import { ubuntuAutoinstall } from "./ubuntuAutoinstall.ts";
import { ubuntuDrivers } from "./ubuntuDrivers.ts";
import { ubuntuPro } from "./ubuntuPro.ts";
import { updateEtcHosts } from "./updateEtcHosts.ts";
import { updateHostname } from "./updateHostname.ts";
import { usersGroups } from "./usersGroups.ts";
import { wireguard } from "./wireguard.ts";
import { writeFiles } from "./writeFiles.ts";
import { writeFilesDeferred } from "./writeFilesDeferred.ts";
import { yumAddRepo } from "./yumAddRepo.ts";
import { zypperAddRepo } from "./zypperAddRepo.ts";

/** Every module that is simulated: one line each. */
export const modules: readonly Module[] = [
  ansible,
  apkConfigure,
  aptConfigure,
  aptPipelining,
  bootcmd,
  byobu,
  caCerts,
  chef,
  disableEc2Metadata,
  diskSetup,
  emitUpstart,
  fan,
  finalMessage,
  growpart,
  grubDpkg,
  installHotplug,
  keyboard,
  keysToConsole,
  landscape,
  locale,
  lxd,
  mcollective,
  migrator,
  mounts,
  ntp,
  packageUpdateUpgradeInstall,
  phoneHome,
  powerStateChange,
  puppet,
  raspberryPi,
  refreshRmcAndInterface,
  resetRmc,
  resizefs,
  resolvConf,
  rhSubscription,
  rightscaleUserdata,
  rsyslog,
  runcmd,
  saltMinion,
  scriptsPerBoot,
  scriptsPerInstance,
  scriptsPerOnce,
  scriptsUser,
  scriptsVendor,
  seedRandom,
  setHostname,
  setPasswords,
  snap,
  spacewalk,
  ssh,
  sshAuthkeyFingerprints,
  sshImportId,
  timezone,
  ubuntuAutoinstall,
  ubuntuDrivers,
  ubuntuPro,
  updateEtcHosts,
  updateHostname,
  usersGroups,
  wireguard,
  writeFiles,
  writeFilesDeferred,
  yumAddRepo,
  zypperAddRepo,
];
