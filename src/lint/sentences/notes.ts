import type { Note } from "../../boot/notes.ts";
import { lineOf, partNote, placeOf } from "./configuration.ts";
import { obstacleSentence, rendererNotSimulated, stageStops } from "./outcomes.ts";
import { unusedSeedSentences } from "./seeds.ts";

/** What some datasources add to the configuration. */
const ADDED: Readonly<Record<string, string>> = {
  Azure: "the datasource Azure adds disk_setup and fs_setup for the resource disk, if the machine has one",
  SmartOS: "the datasource SmartOS adds disk_setup and fs_setup for ephemeral0 on KVM",
};

/** The sentence of a note, without its module. */
export function noteSentence(note: Note): string {
  switch (note.code) {
    case "apt-key-needs-gpg":
      return `the key of ${note.name} is not added, since gpg is not installed`;
    case "apt-pipelining-invalid":
      return `invalid value of apt_pipelining: "${note.value}"`;
    case "apt-template-missing":
      return `the sources do not change, since the template ${note.template} does not exist`;
    case "busybox-user":
      return `BusyBox creates ${note.user}; its files may differ in detail from what is shown`;
    case "ca-defaults-kept":
      return `cloud-init cannot remove the default certificates of ${note.distro}`;
    case "chef-template-missing":
      return "the template for Chef's client.rb does not exist";
    case "commands-never-run":
      return note.isTooLate
        ? "its commands never run, since runcmd is listed after scripts_user"
        : "its commands never run, since no module list contains scripts_user";
    case "datasource-may-add":
      return (
        ADDED[note.datasource] ??
        `if the cloud assigns a password to the user, the datasource ${note.datasource} adds password and ssh_pwauth: true`
      );
    case "datasource-none":
      return `${placed(note)}the datasource is always None, so the seed is ignored`;
    case "datasource-none-left":
      return "no seed in the image can be used, so the datasource is None unless the machine provides another one";
    case "datasource-not-listed":
      return `${placed(note)}cloud-init looks only for ${note.listed.join(", ")}, not for ${note.datasource}`;
    case "datasource-pinned":
      return `${placed(note)}the datasource is ${note.datasource} on every machine`;
    case "default-user-missing":
      return "no password is set, since there is no default user";
    case "doas-rules-invalid":
      return `no doas rules are written for ${note.user}, since one of them is invalid or for another user`;
    case "early-hostname-fails":
      return `setting the host name early fails: ${note.message}`;
    case "group-not-added":
      return note.message;
    case "handler-in-image":
      return `${note.path} processes the data of the cloud and may replace cloud-init's own handlers`;
    case "imported-keys-unknown":
      return `the keys that ${note.user} imports are not known before the boot`;
    case "instance-kept": {
      const why = note.isTrusted ? "manual_cache_clean is set" : "the seed in the image names the same instance";
      return `${note.path}: the instance remains ${note.id} and keeps its launch data, since ${why}`;
    }
    case "keys-of-unknown-user":
      return "the SSH keys go to the user that the cloud names";
    case "locale-ignored":
      return `it sets the locale ${note.set}, whatever the configuration asks for`;
    case "macs-expected":
      return `it fails if the machine has no interface with the MAC address ${note.macs.join(" or ")} of the image's configuration`;
    case "mode-bits-cleared":
      return `${note.path} gets mode ${octal(note.mode)} instead of ${octal(note.asked)}, since changing a file's owner clears its set-user-id and set-group-id bits`;
    case "mount-device-foreign":
      return `nothing is mounted at ${note.point}, since the cloud names no disk "${note.name}"`;
    case "network-fails":
      return `it fails, and with it the init-local stage: ${note.message}`;
    case "no-renderer":
      return "the network is not configured, since the image contains the programs of no renderer";
    case "off":
      return obstacleSentence(note.obstacle);
    case "packages-upgraded":
      return "the image's packages are upgraded to the newest versions in the repositories";
    case "permissions-invalid":
      return `${note.path} gets mode 0644, since the permissions "${note.permissions}" are not an octal number`;
    case "phone-home":
      return `the host's name and public keys are sent to ${note.url}`;
    case "playbooks-unknown":
      return `the changes by the playbooks of ${note.url} are unknown`;
    case "power-state-condition":
      return `the machine shuts down only if ${note.condition} succeeds`;
    case "power-state-delay-invalid":
      return "the machine does not shut down, since power_state.delay is neither now nor a number of minutes";
    case "power-state-mode-invalid":
      return "the machine does not shut down, since power_state.mode is missing or unknown";
    case "public-keys-fail":
      return `SSH keys are not installed: ${note.message}`;
    case "reboot-after-upgrade":
      return "the machine reboots if the upgrade requires it";
    case "remote-hooks":
      return "scripts from URLs in user-data are downloaded and run";
    case "renderer-not-simulated":
      return rendererNotSimulated(note.renderer);
    case "repo-upgrade":
      return `repo_upgrade is "${note.kind}": Amazon's own cloud-init upgrades the image's packages`;
    case "resolv-conf-missing":
      return "nothing is written: manage_resolv_conf is true, but resolv_conf is missing";
    case "resolv-conf-needs-directory":
      return `it adds name servers to ${note.target}, to which ${note.path} links, and fails if that directory does not exist`;
    case "rsyslog-host-invalid":
      return `rsyslog.remotes.${note.name}: "${note.host}" is not a valid host`;
    case "seed-not-used":
      return unusedSeedSentences(note.seed);
    case "selinux-user":
      return `the SELinux user of ${note.user} is not simulated`;
    case "ssh-import-id-missing":
      return "no keys are imported, since ssh-import-id is not installed";
    case "ssh-pwauth-invalid":
      return `invalid value of ssh_pwauth: ${note.value}`;
    case "sshd-service-missing":
      return `sshd's configuration does not change, since the service ${note.service} does not exist`;
    case "stage-stops":
      return stageStops(note.stages, note.error);
    case "ubuntu-pro":
      return "Ubuntu Pro adds apt sources, and its services may change other files";
    case "yum-repository-incomplete":
      return `yum_repos.${note.name} is not added, since it lacks ${note.required.join(" or ")}`;
    default:
      return `${placeOf(note)}: ${note.part === null ? "" : `${note.part}: `}${partNote(note)}`;
  }
}

/** A mode as chmod(1) takes it. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function placed({ origin }: Note): string {
  return origin === null ? "" : `${lineOf(origin)}: `;
}
