import { LIBRARY_ROOTS } from "../distro/cloudInit.ts";

/**
 * What belongs to packages and is only read where it is named here. /usr/share holds the configuration files that ucf
 * installs, among much else.
 */
const SHIPPED =
  /^\/(usr\/(?!local\/|share\/)|usr\/share\/(doc|fonts|icons|info|locale|man|perl|vim)|lib|var\/cache\/|var\/lib\/apt\/)/;

/** Files of a stream that a configuration may name are kept up to this size, in bytes. */
const SMALL = 64 * 1024;

/** Programs that the image is only asked for whether it has them. */
const PROGRAMS = words(`add-apt-repository ansible apt apt-config apt-get byobu chronyd cloud-init coreos-cloudinit dd
debconf-set-selections dnf dnf-3 dnf5 dpkg fallocate fanctl gpart gpg growpart grub-probe ifconfig ifdown ifquery ifup ignition
initctl ip landscape-config locale-gen localectl lsb_release lxd mcollectived mkswap netplan nmcli ntpd ntpdate passwd
puppet rmcctrl rpi-usb-gadget salt-minion sfdisk sgdisk snap ssh-import-id ssh-keygen systemctl ubuntu-drivers udevadm
update-ca-certificates update-locale useradd usermod wg sh bash dash busybox`);

const PYTHON_3 = ["python3", ...Array.from({ length: 12 }, (_, minor) => `python3.${minor + 4}`)];

/** Where the libraries of these Pythons are. */
const libraries = (pythons: readonly string[]) =>
  LIBRARY_ROOTS.flatMap((lib) =>
    pythons.flatMap((python) =>
      ["dist-packages", "site-packages"].map((packages) => `${lib.slice(1)}/${python}/${packages}`),
    ),
  );

/**
 * The paths that a lint reads, relative to the root of a machine, whether they exist or not; a directory stands for all
 * that is in it. What only a configuration names (the targets of write_files outside /etc) is not in it. /bin and /sbin
 * are links where /usr is merged, and small where it is not.
 */
export const NEEDS: readonly string[] = [
  ...words(
    `etc usr/etc usr/local/etc bin sbin home root/.ssh var/mail var/spool/mail config-drive cc_growpart_keydata`,
  ),
  // What cloud-init and packages remember.
  ...words(`var/lib/cloud var/lib/dpkg var/lib/ucf var/lib/rpm usr/lib/sysimage/rpm usr/share/rpm usr/lib/rpm/macros
    usr/lib/rpm/macros.d lib/apk/db usr/lib/apk/db var/lib/pacman/local var/db/pkg`),
  ...libraries(["python2.6", "python2.7", ...PYTHON_3]).map((directory) => `${directory}/cloudinit`),
  ...libraries(PYTHON_3).map((directory) => `${directory}/netplan`),
  ...words(`usr/lib/cloud-init usr/libexec/cloud-init usr/share/netplan usr/share/doc/cloud-init usr/lib/tiny-cloud
    usr/lib/dracut/modules.d/30ignition`),
  // The machine: boot loaders, systemd, network managers.
  ...words(`boot/grub/grub.cfg boot/grub/grubenv boot/grub2/grub.cfg boot/grub2/grubenv boot/cmdline.txt boot/extlinux
    boot/firmware/cmdline.txt boot/firmware/config.txt boot/loader boot/efi/loader efi/loader usr/lib/os-release
    usr/lib/systemd/system usr/local/lib/systemd/system lib/systemd/system usr/lib/systemd/systemd lib/systemd/systemd
    usr/lib/systemd/systemd-timesyncd lib/systemd/systemd-timesyncd usr/lib/systemd/timesyncd.conf
    usr/lib/systemd/timesyncd.conf.d usr/local/lib/systemd/timesyncd.conf usr/local/lib/systemd/timesyncd.conf.d
    run/systemd/timesyncd.conf run/systemd/timesyncd.conf.d run/systemd/resolve run/chrony-dhcp usr/lib/NetworkManager
    usr/lib64/NetworkManager usr/lib/sysusers.d/systemd-network.conf`),
  // What a boot of the machine that built the image left.
  ...words(`var/log/cloud-init.log var/log/cloud-init-output.log var/lib/dbus/machine-id var/lib/dhcp var/lib/dhclient
    var/lib/dhcpcd var/lib/dhcpcd5 var/lib/NetworkManager var/lib/systemd/network var/lib/wicked`),
  // What settings name: time zones, locales, keyboards, certificates, the defaults of sshd.
  ...words(`usr/share/zoneinfo usr/lib/locale usr/share/i18n/SUPPORTED usr/share/i18n/locales
    usr/local/share/i18n/locales usr/share/bkeymaps usr/share/ca-certificates usr/local/share/ca-certificates
    usr/share/pki usr/share/crypto-policies`),
  // Configuration files as ucf installs them.
  ...words(`usr/share/openssh usr/share/chrony usr/share/ntpsec usr/share/ntp usr/share/grub/default usr/share/adduser
    usr/share/base-files usr/share/unattended-upgrades var/cache/debconf/config.dat`),
  // Programs, and what links of their names lead to.
  ...["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"].flatMap((bin) =>
    PROGRAMS.map((program) => `${bin}/${program}`),
  ),
  ...words(`usr/share/pyshared/lsb_release.py usr/libexec/nm-ifup usr/libexec/nm-ifdown opt/puppetlabs/bin
    opt/rsct/install/bin snap/bin/lxd`),
];

const needed = new Set(NEEDS);

/**
 * Whether a lint may read the bytes of a file at this path, so that a stream's are to be kept: what it needs, and small
 * files in the places where people put theirs, since a configuration may name them.
 */
export function mayBeRead(path: string, size: number): boolean {
  return isNeeded(path) || (size <= SMALL && !SHIPPED.test(path));
}

/** Whether an absolute path is one of those in `NEEDS`, or below or above one. */
export function isForeseen(path: string): boolean {
  return isNeeded(path) || NEEDS.some((need) => need.startsWith(`${path.slice(1)}/`));
}

/** Whether it is one of them, or below one. */
function isNeeded(path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1))
    if (needed.has(path.slice(1, end))) return true;
  return false;
}

function words(text: string): string[] {
  return text.split(/\s+/);
}
