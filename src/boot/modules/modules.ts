import type { Module } from "../module.ts";
import { aptConfigure } from "./aptConfigure.ts";
import { bootcmd } from "./bootcmd.ts";
import { locale } from "./locale.ts";
import { mounts } from "./mounts.ts";
import { ntp } from "./ntp.ts";
import { runcmd } from "./runcmd.ts";
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
  bootcmd,
  locale,
  mounts,
  ntp,
  runcmd,
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
