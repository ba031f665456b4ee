import { modules } from "../boot/modules/modules.ts";
import { programs } from "../boot/system/programs.ts";
import { LIBRARY_ROOTS } from "../distro/cloudInit.ts";
import { packageReaders } from "../packages/open.ts";
import { services } from "../services/services.ts";

/**
 * Directories of packages, in which only needed paths are read. /usr/share contains, among other things, the configuration
 * files that ucf installs.
 */
const SHIPPED =
  /^\/(usr\/(?!local\/|share\/)|usr\/share\/(doc|fonts|icons|info|locale|man|perl|vim)|lib|var\/cache\/|var\/lib\/apt\/)/;

/** Files of a stream that a configuration may name are kept up to this size, in bytes. */
const SMALL = 64 * 1024;

const PYTHON_3 = ["python3", ...Array.from({ length: 12 }, (_, minor) => `python3.${minor + 4}`)];

/** The library directories of these Pythons. */
const libraries = (pythons: readonly string[]) =>
  LIBRARY_ROOTS.flatMap((lib) =>
    pythons.flatMap((python) =>
      ["dist-packages", "site-packages"].map((packages) => `${lib.slice(1)}/${python}/${packages}`),
    ),
  );

/** Paths that other parts of a lint read: the distribution, cloud-init itself, the network, evidence. */
export const COMMON: readonly string[] = [
  ...words("etc usr/etc usr/local/etc bin sbin config-drive"),
  // The state of cloud-init.
  "var/lib/cloud",
  ...libraries(["python2.6", "python2.7", ...PYTHON_3]).map((directory) => `${directory}/cloudinit`),
  ...libraries(PYTHON_3).map((directory) => `${directory}/netplan`),
  ...words(`usr/lib/cloud-init usr/libexec/cloud-init usr/share/netplan usr/share/doc/cloud-init usr/lib/tiny-cloud
    usr/lib/dracut/modules.d/30ignition`),
  // The machine: boot loaders, systemd, network managers.
  ...words(`boot/grub/grub.cfg boot/grub/grubenv boot/grub2/grub.cfg boot/grub2/grubenv boot/cmdline.txt boot/extlinux
    boot/firmware/cmdline.txt boot/loader boot/efi/loader efi/loader usr/lib/os-release usr/lib/systemd/system
    usr/local/lib/systemd/system lib/systemd/system usr/lib/systemd/systemd lib/systemd/systemd usr/lib/NetworkManager
    usr/lib64/NetworkManager usr/lib/systemd/system-preset usr/local/lib/systemd/system-preset
    lib/systemd/system-preset usr/lib/sysusers.d/systemd-network.conf`),
  // Leftovers of the machine that built the image.
  ...words(`var/log/cloud-init.log var/log/cloud-init-output.log var/lib/dbus/machine-id var/lib/dhcp var/lib/dhclient
    var/lib/dhcpcd var/lib/dhcpcd5 var/lib/NetworkManager var/lib/systemd/network var/lib/wicked`),
  // Programs, and the targets of links with their names.
  ...programs(
    "cloud-init python3 coreos-cloudinit ignition ifdown ifquery ifup ip netplan nmcli systemctl sh bash dash busybox sudo doas",
  ),
  ...words("usr/libexec/nm-ifup usr/libexec/nm-ifdown usr/libexec/platform-python"),
];

/**
 * The paths that a lint reads, relative to the root of a machine, whether they exist or not; a directory includes its
 * content. Paths that only a configuration names (the targets of write_files outside /etc) are not included. Modules,
 * services and package databases declare their own.
 */
export const NEEDS: readonly string[] = [
  ...new Set([COMMON, ...[...modules, ...services, ...packageReaders].map(({ needs = [] }) => needs)].flat()),
];

const needed = new Set(NEEDS);

/**
 * Whether a lint may read a file at this path, so that its bytes in a stream must be kept: needed paths, and small files
 * outside the directories of packages, since a configuration may name them.
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
