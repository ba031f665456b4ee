import { accounts } from "./accounts.ts";
import { apkRepositories } from "./apkRepositories.ts";
import { aptSources } from "./aptSources.ts";
import { grub } from "./grub.ts";
import { hostKeys } from "./hostKeys.ts";
import { hostname } from "./hostname.ts";
import { hosts } from "./hosts.ts";
import { keyboard } from "./keyboard.ts";
import { locale } from "./locale.ts";
import { mounts } from "./mounts.ts";
import { network } from "./network.ts";
import type { Service } from "./service.ts";
import { sshd } from "./sshd.ts";
import { timeSync } from "./timeSync.ts";
import { timezone } from "./timezone.ts";
import { yumRepositories } from "./yumRepositories.ts";
import { zypperRepositories } from "./zypperRepositories.ts";

/** Every service, in the order of reports. */
export const services: readonly Service[] = [
  sshd,
  hostKeys,
  accounts,
  hostname,
  hosts,
  network,
  aptSources,
  yumRepositories,
  zypperRepositories,
  apkRepositories,
  timeSync,
  locale,
  keyboard,
  timezone,
  mounts,
  grub,
];
