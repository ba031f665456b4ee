import type { Module } from "../module.ts";
import { locale } from "./locale.ts";
import { mounts } from "./mounts.ts";
import { ntp } from "./ntp.ts";
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
  locale,
  mounts,
  ntp,
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
