import type { BootResult } from "../../../boot/boot.ts";
import type { Note, NoteFacts } from "../../../boot/notes.ts";
import type { Severity } from "../../finding.ts";

/** What a note says as a finding of module-fails: an error that the module catches, and what is lost by it. */
interface NotedLoss<Code extends keyof NoteFacts> {
  readonly severity: Severity;
  /** Sentences without their full stops; undefined if nothing that somebody asked for is lost. */
  say(note: Extract<Note, { code: Code }>, booted: BootResult): readonly string[] | undefined;
}

/** Why a note is not a finding of module-fails. */
type NoFinding =
  /** Nothing is lost: it says what happens, or what is unknown. */
  | "no loss"
  /** The failed module or stage in the list of modules is the finding. */
  | "outcome"
  /** Another rule reports the same line: its schema, its layers, its leftovers. */
  | "other rule"
  /** Whether anything is lost depends on the machine. */
  | "not certain";

/** Every code of a note: what is lost by it, or why that is not a finding here. */
const NOTES: { readonly [Code in keyof NoteFacts]: NotedLoss<Code> | NoFinding } = {
  "apt-key-needs-gpg": "other rule",
  "apt-pipelining-invalid": "other rule",
  "apt-template-missing": {
    severity: "warning",
    say: ({ template }, { config }) => {
      const asked = ["primary", "security", "disable_suites"].filter((key) => config.node("apt", key) !== undefined);
      if (asked.length === 0) return undefined;
      return [
        `The template ${template} is missing from /etc/cloud/templates, so apt_configure does not write the image's package sources`,
        `${asked.map((key) => `apt.${key}`).join(" and ")} ${asked.length === 1 ? "has" : "have"} no effect`,
      ];
    },
  },
  "busybox-user": "no loss",
  "ca-defaults-kept": "other rule",
  "chef-template-missing": {
    severity: "warning",
    say: () => ["The template chef_client.rb is missing from /etc/cloud/templates, so chef does not write client.rb"],
  },
  "commands-never-run": "other rule",
  "datasource-may-add": "no loss",
  "datasource-none": "other rule",
  "datasource-none-left": "other rule",
  "datasource-not-listed": "other rule",
  "datasource-pinned": "other rule",
  "default-user-missing": {
    severity: "error",
    say: () => ["The password of the key password is set for nobody, since users does not request the default user"],
  },
  "doas-rules-invalid": {
    severity: "error",
    say: ({ user }) => [
      `A doas rule of the user ${user} is invalid or for another user, so none of the rules of ${user} is written`,
    ],
  },
  // cc_set_hostname fails on the same name.
  "early-hostname-fails": "outcome",
  "group-not-added": {
    severity: "warning",
    say: ({ message }) => [`A group is not created: ${message}`],
  },
  "handler-in-image": "no loss",
  "imported-keys-unknown": "no loss",
  "instance-kept": "other rule",
  "keys-of-unknown-user": "no loss",
  "locale-ignored": {
    severity: "error",
    say: ({ wanted, set }) => [
      `The locale ${wanted} is not set: on Gentoo cloud-init sets ${set}, whatever is asked for`,
    ],
  },
  "macs-expected": "not certain",
  "mode-bits-cleared": "other rule",
  "mount-device-foreign": "other rule",
  "network-fails": "outcome",
  "no-renderer": {
    severity: "error",
    say: () => [
      "The image contains the programs of no network renderer (netplan, NetworkManager, networkd, ifupdown, sysconfig)",
      "cloud-init does not write the network configuration",
    ],
  },
  off: "other rule",
  "packages-upgraded": "no loss",
  "permissions-invalid": "other rule",
  "phone-home": "no loss",
  "playbooks-unknown": "no loss",
  "power-state-condition": "no loss",
  "power-state-delay-invalid": "other rule",
  "power-state-mode-invalid": "other rule",
  "public-keys-fail": {
    severity: "error",
    say: ({ message }, { changes }) => [
      `ssh does not install all SSH keys: ${message}`,
      changes.some(({ path, blames }) => /keys$/.test(path) && blames.some(({ module }) => module === "ssh"))
        ? "root does not get the keys of the launch"
        : "Nobody can log in with the keys of the launch",
    ],
  },
  "reboot-after-upgrade": "no loss",
  "remote-hooks": "no loss",
  "renderer-not-simulated": "no loss",
  "repo-upgrade": "no loss",
  "resolv-conf-missing": {
    severity: "warning",
    say: () => ["manage_resolv_conf is true, but resolv_conf is missing, so no name server is set"],
  },
  "resolv-conf-needs-directory": "not certain",
  "rsyslog-host-invalid": {
    severity: "warning",
    say: ({ name, host }) => [
      `The host "${host}" of rsyslog.remotes.${name} is invalid`,
      "rsyslog sends it no messages",
    ],
  },
  "seed-not-used": "other rule",
  "selinux-user": "no loss",
  "ssh-import-id-missing": {
    severity: "error",
    say: () => ["ssh-import-id is not installed, so the keys of ssh_import_id are not imported"],
  },
  "ssh-pwauth-invalid": "other rule",
  "sshd-service-missing": {
    severity: "warning",
    say: ({ service }) => [`ssh_pwauth has no effect, since the image contains no service ${service}`],
  },
  "stage-stops": "outcome",
  "ubuntu-pro": "no loss",
  "yum-repository-incomplete": {
    severity: "error",
    say: ({ name, required }) => [
      `The repository ${name} of yum_repos lacks ${required.join(" or ")}`,
      "It is not added",
    ],
  },
};

/** What is lost by what a note says; undefined if that is not a finding of module-fails. */
export function notedLoss(
  note: Note,
  booted: BootResult,
): { readonly severity: Severity; readonly sentences: readonly string[] } | undefined {
  const entry = Object.hasOwn(NOTES, note.code) ? NOTES[note.code as keyof NoteFacts] : undefined;
  if (entry === undefined || typeof entry === "string") return undefined;
  // TypeScript cannot infer that the note has the code of the entry.
  const sentences = (entry as NotedLoss<keyof NoteFacts>).say(note as never, booted);
  return sentences && { severity: entry.severity, sentences };
}
