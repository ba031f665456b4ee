import type { Note } from "../../boot/notes.ts";
import { lineOf, partNote, placeOf } from "./configuration.ts";
import { obstacleSentence, rendererNotSimulated, stageStops } from "./outcomes.ts";

/** What datasources add on some machines. */
const ADDED: Readonly<Record<string, string>> = {
  Azure: "the datasource Azure adds disk_setup and fs_setup for the resource disk where the machine has one",
  SmartOS: "the datasource SmartOS adds disk_setup and fs_setup for ephemeral0 on KVM",
};

/** What a note says; that it is of its module is the caller's to say. */
export function noteSentence(note: Note): string {
  switch (note.code) {
    case "apt-pipelining-invalid":
      return `apt_pipelining takes no "${note.value}"`;
    case "apt-template-missing":
      return `the sources stay as they are: there is no template ${note.template}`;
    case "busybox-user":
      return `${note.user} is made by BusyBox, whose files may differ in details from what is shown`;
    case "chef-template-missing":
      return "there is no template for Chef's client.rb";
    case "commands-never-run":
      return "its commands never run: scripts_user is in no module list";
    case "datasource-may-add":
      return (
        ADDED[note.datasource] ??
        `where the cloud has a password for the user, the datasource ${note.datasource} adds password and ssh_pwauth: true`
      );
    case "datasource-none":
      return `${placed(note)}the datasource is None in any case, so that nothing of the seed is read`;
    case "datasource-not-listed":
      return `${placed(note)}cloud-init looks for ${note.listed.join(", ")} only, not for ${note.datasource}`;
    case "datasource-pinned":
      return `${placed(note)}the datasource is ${note.datasource}, whatever the machine is`;
    case "default-user-missing":
      return "there is no default user to set the password for";
    case "doas-rules-invalid":
      return `no rules for doas are written for ${note.user}: one of them is not valid or not about this user`;
    case "early-hostname-fails":
      return `the early setting of the host name fails: ${note.message}`;
    case "group-not-added":
      return note.message;
    case "handler-in-image":
      return `${note.path} runs on what the cloud hands over, and may take cloud-init's own handlers' place`;
    case "imported-keys-unknown":
      return `the keys that ${note.user} imports are not known before the boot`;
    case "instance-kept": {
      const why = note.isTrusted ? "manual_cache_clean" : "the seed in the image names the same instance";
      return `${note.path}: the instance stays ${note.id}, with what it was handed over: ${why}`;
    }
    case "keys-of-unknown-user":
      return "public keys go to the user whose name the cloud gives";
    case "macs-expected":
      return `it fails where the machine has no interface with the MAC address ${note.macs.join(" or ")}, which the image's configuration names`;
    case "network-fails":
      return `it fails, and with it the init-local stage: ${note.message}`;
    case "no-renderer":
      return "the image has the programs of no renderer, so that the network stays unconfigured";
    case "off":
      return obstacleSentence(note.obstacle);
    case "packages-upgraded":
      return "the image's packages are upgraded to what the repositories have at boot";
    case "phone-home":
      return `the host's name and public keys are sent to ${note.url}`;
    case "playbooks-unknown":
      return `what the playbooks of ${note.url} change is unknown`;
    case "power-state-condition":
      return `the machine goes down only where ${note.condition} succeeds`;
    case "power-state-delay-invalid":
      return "power_state.delay is neither now nor minutes: the machine goes on";
    case "power-state-mode-invalid":
      return "power_state has no mode that is known: the machine goes on";
    case "public-keys-fail":
      return `public keys are not put in place: ${note.message}`;
    case "reboot-after-upgrade":
      return "the machine reboots where the upgrade asks for it";
    case "remote-hooks":
      return "scripts from addresses in user-data are fetched and run";
    case "renderer-not-simulated":
      return rendererNotSimulated(note.renderer);
    case "repo-upgrade":
      return `repo_upgrade is "${note.kind}": Amazon's own cloud-init upgrades the image's packages`;
    case "resolv-conf-missing":
      return "manage_resolv_conf is on, but there is no resolv_conf: nothing is written";
    case "resolv-conf-needs-directory":
      return `it adds name servers to ${note.target}, which ${note.path} links to, and fails without that directory`;
    case "rsyslog-host-invalid":
      return `"${note.host}" is no host for rsyslog.remotes.${note.name}`;
    case "selinux-user":
      return `the SELinux user of ${note.user} is not simulated`;
    case "ssh-import-id-missing":
      return "ssh-import-id is not installed: no keys are fetched";
    case "ssh-pwauth-invalid":
      return `ssh_pwauth: ${note.value} is not understood`;
    case "sshd-service-missing":
      return `sshd's configuration stays as it is: there is no service ${note.service}`;
    case "stage-stops":
      return stageStops(note.stages, note.error);
    case "ubuntu-pro":
      return "Ubuntu Pro adds sources for apt, and its services may change files of theirs";
    case "yum-repository-incomplete":
      return `yum_repos.${note.name} has no ${note.required.join(" or ")}: it is not added`;
    default:
      return `${placeOf(note)}: ${note.part === null ? "" : `${note.part}: `}${partNote(note)}`;
  }
}

function placed({ origin }: Note): string {
  return origin === null ? "" : `${lineOf(origin)}: `;
}
