import type { Scenario } from "./scenario.ts";
import { accounts } from "./scenarios/accounts.ts";
import { apt } from "./scenarios/apt.ts";
import { configuration } from "./scenarios/configuration.ts";
import { datasources } from "./scenarios/datasources.ts";
import { families } from "./scenarios/families.ts";
import { files } from "./scenarios/files.ts";
import { fixes } from "./scenarios/fixes.ts";
import { hostname } from "./scenarios/hostname.ts";
import { hosts } from "./scenarios/hosts.ts";
import { mounts } from "./scenarios/mounts.ts";
import { network } from "./scenarios/network.ts";
import { services } from "./scenarios/services.ts";
import { ssh } from "./scenarios/ssh.ts";
import { sshd } from "./scenarios/sshd.ts";
import { state } from "./scenarios/state.ts";
import { system } from "./scenarios/system.ts";

/** What make-roots.sh leaves of the machine that built the root is replaced, so that all hosts boot the same image. */
export const base: Scenario["files"] = {
  "/etc/hostname": "builder\n",
  "/etc/resolv.conf": "nameserver 192.0.2.53\n",
  "/etc/apt/apt.conf.d/99mmdebstrap": { remove: true },
};

/** Every scenario of the first-boot tests. */
export const scenarios: readonly Scenario[] = [
  ...configuration,
  ...sshd,
  ...ssh,
  ...hosts,
  ...hostname,
  ...accounts,
  ...apt,
  ...system,
  ...services,
  ...mounts,
  ...files,
  ...fixes,
  ...network,
  ...datasources,
  ...state,
  ...families,
].map((scenario) => ({ ...scenario, files: { ...base, ...scenario.files } }));
