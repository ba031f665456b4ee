import { accounts } from "./accounts.ts";
import { aptSources } from "./aptSources.ts";
import { hostKeys } from "./hostKeys.ts";
import { hostname } from "./hostname.ts";
import { hosts } from "./hosts.ts";
import { locale } from "./locale.ts";
import { mounts } from "./mounts.ts";
import { network } from "./network.ts";
import type { Service } from "./service.ts";
import { sshd } from "./sshd.ts";
import { timeSync } from "./timeSync.ts";
import { timezone } from "./timezone.ts";

/** Every service, in the order of reports. */
export const services: readonly Service[] = [
  sshd,
  hostKeys,
  accounts,
  hostname,
  hosts,
  network,
  aptSources,
  timeSync,
  locale,
  timezone,
  mounts,
];
