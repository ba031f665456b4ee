/** Where the sandbox keeps what it needs in the image's /run. */
export const STATE = "/run/cloud-init-lint";

/** Where systemd looks for programs. */
export const PROGRAM_PATHS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

const RECORDER = `#!/bin/sh
{ printf %s "\${0##*/}"; for word; do printf ' %s' "$word"; done; echo; } >>${STATE}/commands.log
`;

/** cloud-init asks whether it runs in a container; the answer must not depend on the host. */
const DETECT_VIRT = `#!/bin/sh
case " $* " in *" --container "* | *" -c "*) echo none; exit 1 ;; esac
echo kvm
`;

/**
 * Programs that would reach the kernel or a service manager that is not there; all but one record how they are called. reboot,
 * shutdown, poweroff and halt are links to systemctl. All else is real, such as `netplan generate`, `locale-gen`,
 * `ssh-keygen`, `useradd` and `apt-get`, which finds no network and gives up at once.
 */
export const STAND_INS: Readonly<Record<string, string>> = {
  // No systemd runs; is-active, is-enabled ... all succeed silently.
  systemctl: RECORDER,
  // No udevd runs.
  udevadm: RECORDER,
  // The kernel is the host's.
  modprobe: RECORDER,
  sysctl: RECORDER,
  swapon: RECORDER,
  swapoff: RECORDER,
  // The file systems of an fstab would hide what cloud-init writes below their mount points.
  mount: RECORDER,
  umount: RECORDER,
  "systemd-detect-virt": DETECT_VIRT,
};
