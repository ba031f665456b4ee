/** Where the sandbox keeps what it needs in the image's /run. */
export const STATE = "/run/cloud-init-lint";

/** Where systemd looks for programs. */
export const PROGRAM_PATHS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** A script that takes the place of a program. */
interface StandIn {
  readonly text: string;
  /** Whether an image without the program gets it, too. */
  readonly isNeeded: boolean;
}

const RECORDER = `#!/bin/sh
{ printf %s "\${0##*/}"; for word; do printf ' %s' "$word"; done; echo; } >>${STATE}/commands.log
`;

/** cloud-init asks whether it runs in a container; the answer must not depend on the host. */
const DETECT_VIRT = `#!/bin/sh
case " $* " in *" --container "* | *" -c "*) echo none; exit 1 ;; esac
echo kvm
`;

/**
 * Does for `hostnamectl set-hostname` what hostnamed does: it replaces /etc/hostname, and a plain name takes the place of a pretty
 * one (systemd 219 to 258).
 */
const HOSTNAMECTL = `${RECORDER}verb= name= kind=
for word; do
  case $word in
    --static | --transient | --pretty) kind=$word ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else name=$word; fi ;;
  esac
done
case $verb in set-hostname | hostname) ;; *) exit 0 ;; esac
if [ -z "$name" ] || [ "$kind" = --pretty ]; then exit 0; fi
umask 022
if [ "$kind" != --transient ] && [ "$(cat /etc/hostname 2>/dev/null)" != "$name" ]; then
  rm -f /etc/hostname
  echo "$name" >/etc/hostname
fi
if [ -z "$kind" ] && grep -qs ^PRETTY_HOSTNAME= /etc/machine-info; then
  sed -i /^PRETTY_HOSTNAME=/d /etc/machine-info
  if [ ! -s /etc/machine-info ]; then rm /etc/machine-info; fi
fi
if [ "$kind" != --static ]; then hostname "$name" || :; fi
`;

/** Every image of a machine has them, though a minimal root may not. */
const NEEDED: Readonly<Record<string, string>> = {
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

/** cloud-init asks whether the image has them. */
const OPTIONAL: Readonly<Record<string, string>> = {
  // No message bus runs.
  hostnamectl: HOSTNAMECTL,
  // No OpenRC runs; with systemd these are links to systemctl.
  "rc-service": RECORDER,
  reboot: RECORDER,
  shutdown: RECORDER,
  poweroff: RECORDER,
  halt: RECORDER,
  // There is no network: a later module must not fail because nothing was installed.
  dnf: RECORDER,
  yum: RECORDER,
  tdnf: RECORDER,
  zypper: RECORDER,
  apk: RECORDER,
  pacman: RECORDER,
  emerge: RECORDER,
  snap: RECORDER,
};

/**
 * Programs that would reach the kernel, a network or a service manager that is not there, by name; all but one record how they
 * are called. All else is real, such as `netplan generate`, `locale-gen`, `ssh-keygen`, `useradd` and `apt-get`, which
 * finds no network and gives up at once.
 */
export const STAND_INS: ReadonlyMap<string, StandIn> = new Map<string, StandIn>([
  ...Object.entries(NEEDED).map(([name, text]) => [name, { text, isNeeded: true }] as const),
  ...Object.entries(OPTIONAL).map(([name, text]) => [name, { text, isNeeded: false }] as const),
]);
