import type { PartNote } from "../config/problems.ts";
import type { Origin } from "../image/origin.ts";
import type { UnusedSeed } from "./cloud/unusedSeeds.ts";
import type { Stage } from "./frequency.ts";
import type { Obstacle, StageError } from "./outcome.ts";

/** What the notes say, by code; `message` is the text of an error that the module itself catches. */
export interface NoteFacts {
  "apt-key-needs-gpg": { readonly name: string };
  "apt-pipelining-invalid": { readonly value: string };
  "apt-template-missing": { readonly template: string };
  "busybox-user": { readonly user: string };
  "ca-defaults-kept": { readonly distro: string };
  "chef-template-missing": object;
  "commands-never-run": { readonly isTooLate: boolean };
  "datasource-may-add": { readonly datasource: "Azure" | "SmartOS" | "CloudStack" | "Exoscale" };
  "datasource-none": object;
  /** Seeds in the image cannot be used. */
  "datasource-none-left": object;
  "datasource-not-listed": { readonly datasource: string; readonly listed: readonly string[] };
  "datasource-pinned": { readonly datasource: string };
  "default-user-missing": object;
  "doas-rules-invalid": { readonly user: string };
  "early-hostname-fails": { readonly message: string };
  "group-not-added": { readonly message: string };
  "handler-in-image": { readonly path: string };
  "imported-keys-unknown": { readonly user: string };
  "instance-kept": { readonly path: string; readonly id: string; readonly isTrusted: boolean };
  "keys-of-unknown-user": object;
  /** The distro class sets a locale of its own. */
  "locale-ignored": { readonly wanted: string; readonly set: string };
  "macs-expected": { readonly macs: readonly string[] };
  /** Set-user-id and set-group-id bits of a new file, gone with its change of owner. */
  "mode-bits-cleared": { readonly path: string; readonly asked: number; readonly mode: number };
  "mount-device-foreign": { readonly name: string; readonly point: string };
  "network-fails": { readonly message: string };
  "no-renderer": object;
  off: { readonly obstacle: Obstacle };
  "packages-upgraded": object;
  "permissions-invalid": { readonly path: string; readonly permissions: string };
  "phone-home": { readonly url: string };
  "playbooks-unknown": { readonly url: string };
  "power-state-condition": { readonly condition: string };
  "power-state-delay-invalid": object;
  "power-state-mode-invalid": object;
  "public-keys-fail": { readonly message: string };
  "reboot-after-upgrade": object;
  "remote-hooks": object;
  "renderer-not-simulated": { readonly renderer: string };
  "repo-upgrade": { readonly kind: string };
  "resolv-conf-missing": object;
  "resolv-conf-needs-directory": { readonly path: string; readonly target: string };
  "rsyslog-host-invalid": { readonly name: string; readonly host: string };
  "seed-not-used": { readonly seed: UnusedSeed };
  "selinux-user": { readonly user: string };
  "ssh-import-id-missing": object;
  "ssh-pwauth-invalid": { readonly value: string };
  "sshd-service-missing": { readonly service: string };
  "stage-stops": { readonly stages: readonly Stage[]; readonly error: StageError };
  "ubuntu-pro": object;
  "yum-repository-incomplete": { readonly name: string; readonly required: readonly string[] };
}

/** A note on a boot besides its changes. `module` is null if it does not belong to a module. */
export type Note =
  | {
      [Code in keyof NoteFacts]: {
        readonly code: Code;
        readonly module: string | null;
        readonly origin: Origin | null;
      } & NoteFacts[Code];
    }[keyof NoteFacts]
  | (PartNote & { readonly module: null });

/** A note on the boot as a whole. */
export function generalNote<Code extends keyof NoteFacts>(
  code: Code,
  facts: NoteFacts[Code],
  origin: Origin | null = null,
): Note {
  // TypeScript cannot infer that the code matches its facts.
  return { code, module: null, origin, ...facts } as unknown as Note;
}
