import type { ModuleRun } from "../module.ts";
import { asIterable, fromNode, NetworkFailure, str } from "./pyValue.ts";

/** Renderers in the order in which cloud-init tries them, with the version that brought each (net/renderers.py). */
const RENDERERS: readonly (readonly [name: string, since: string])[] = [
  ["eni", "0"],
  ["sysconfig", "0"],
  ["netplan", "0"],
  ["network-manager", "22.2"],
  ["freebsd", "20.1"],
  ["netbsd", "20.2"],
  ["openbsd", "20.2"],
  ["networkd", "21.3"],
];

/**
 * The first renderer of system_info.network.renderers, else of cloud-init's own order, that the image has the programs
 * for (renderers.select, 18.5 to 26.2); undefined where there is none.
 * @throws NetworkFailure for a name that cloud-init does not know
 */
export function chooseRenderer(boot: ModuleRun): string | undefined {
  const known = RENDERERS.filter(([, since]) => boot.since(since)).map(([name]) => name);
  const node = boot.config.node("system_info", "network", "renderers");
  const isSet = node !== undefined && !(node.type === "scalar" && node.kind === "null");
  const wanted = isSet ? asIterable(fromNode(node), "renderers").map((name) => str(name)) : known;
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new NetworkFailure(`there is no renderer "${strange}"`);
  return wanted.find((name) => isAvailable(name, boot));
}

function isAvailable(name: string, boot: ModuleRun): boolean {
  const has = (program: string, directories: readonly string[] = ["/sbin", "/usr/sbin"]): boolean =>
    directories.some((directory) => isProgram(boot, `${directory}/${program}`));
  const isFile = (path: string): boolean => boot.image.stat(path)?.kind === "file";
  switch (name) {
    case "eni":
      return ["ifquery", "ifup", "ifdown"].every((program) => has(program)) && isFile("/etc/network/interfaces");
    case "netplan":
      return has("netplan");
    case "networkd":
      return ["ip", "systemctl"].every((program) => has(program, ["/usr/sbin", "/bin"]));
    case "network-manager":
      return hasNetworkManager(boot);
    case "sysconfig":
      return hasSysconfig(
        boot,
        ["ifup", "ifdown"].every((program) => has(program)),
      );
    default:
      return boot.distro.id === name;
  }
}

function isProgram(boot: ModuleRun, path: string): boolean {
  const stat = boot.image.stat(path);
  return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
}

/** nmcli, and an enabled service (network_manager.available). Until 24.1 its configuration file must be there too. */
function hasNetworkManager(boot: ModuleRun): boolean {
  const hasConfig = boot.image.stat("/etc/NetworkManager/NetworkManager.conf")?.kind === "file";
  const units = "/etc/systemd/system";
  const isEnabled = boot.image
    .list(units)
    .some((name) => name.endsWith(".wants") && boot.image.list(`${units}/${name}`).includes("NetworkManager.service"));
  const usesSystemd = boot.image.stat("/lib/systemd/systemd") !== undefined;
  return boot.which("nmcli") && (isEnabled || !usesSystemd) && (hasConfig || boot.since("24.1"));
}

/** os-release's IDs of distros that use sysconfig files, as sysconfig.KNOWN_DISTROS and util.system_info have them. */
const SYSCONFIG_DISTROS = [
  "almalinux",
  "centos",
  "cloudlinux",
  "eurolinux",
  "fedora",
  "miraclelinux",
  "openeuler",
  "opencloudos",
  "openmandriva",
  "rhel",
  "rocky",
  "tencentos",
  "virtuozzo",
  "sles",
  "suse",
  "sle_hpc",
  "sle-micro",
];

function hasSysconfig(boot: ModuleRun, hasScripts: boolean): boolean {
  const id = boot.distro.id.toLowerCase();
  if (!SYSCONFIG_DISTROS.includes(id) && !id.startsWith("opensuse")) return false;
  const files = ["/etc/sysconfig/network-scripts/network-functions", "/etc/sysconfig/config"];
  if (hasScripts && files.some((path) => boot.image.stat(path)?.kind === "file")) return true;
  if (!boot.since("22.2")) return boot.image.stat("/etc/NetworkManager/NetworkManager.conf")?.kind === "file";
  return boot.since("23.2") && hasIfcfgPlugin(boot);
}

/** NetworkManager's plugin that reads ifcfg files. */
function hasIfcfgPlugin(boot: ModuleRun): boolean {
  return boot.image
    .list("/usr")
    .filter((name) => name.startsWith("lib"))
    .map((name) => `/usr/${name}/NetworkManager`)
    .some((directory) =>
      boot.image
        .list(directory)
        .some((name) => boot.image.stat(`${directory}/${name}/libnm-settings-plugin-ifcfg-rh.so`) !== undefined),
    );
}
