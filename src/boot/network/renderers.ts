import { defineFact } from "../../distro/library/fact.ts";
import { items } from "../../python/checked.ts";
import { isDict } from "../../python/dataModel.ts";
import { Raises } from "../../python/errors.ts";
import { stringsOf } from "../../python/source/values.ts";
import { fromNode, pyStr } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { usesSystemd } from "../system/systemd.ts";
import { NETIFRC_SCRIPT } from "./netifrc/netifrcFiles.ts";
import { NEEDS_NO_CONFIG } from "./networkManager/changes.ts";
import { EXPECTED_PATHS, KNOWN_DISTROS, LOOKS_FOR_PLUGIN } from "./sysconfig/sysconfigForm.ts";

/** Renderers in the order in which cloud-init tries them, with the version that introduced each (net/renderers.py). */
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

/** The renderers that cloud-init knows, and the order in which it tries them. Gentoo adds netifrc as the last one (25.1). */
const KNOWN_RENDERERS = defineFact({
  name: "network renderers",
  file: "net/renderers.py",
  read: (source): Renderers | undefined => {
    const table = source.value("NAME_TO_RENDERER");
    const names = isDict(table) ? stringsOf([...table.keys()]) : undefined;
    const order = stringsOf(source.value("DEFAULT_PRIORITY"));
    return names && order && { names: names.toSorted(), order };
  },
  byVersion: (since) => {
    const order = RENDERERS.filter(([, first]) => since(first)).map(([name]) => name);
    return { names: order.toSorted(), order };
  },
});

interface Renderers {
  /** Sorted, since their order means nothing. */
  readonly names: readonly string[];
  readonly order: readonly string[];
}

/**
 * The first renderer of system_info.network.renderers, else of cloud-init's own order, whose programs the image has
 * (renderers.select, 18.5 to 26.2); undefined if there is none.
 * @throws Raises for a name that cloud-init does not know
 */
export function chooseRenderer(boot: ModuleRun): string | undefined {
  const { names, order: stated } = boot.fact(KNOWN_RENDERERS);
  const own = !names.includes("netifrc") && boot.library?.text("net/netifrc.py") !== undefined ? ["netifrc"] : [];
  const [known, order] = [
    [...names, ...own],
    [...stated, ...own],
  ];
  const node = boot.config.node("system_info", "network", "renderers");
  const isSet = node !== undefined && !(node.type === "scalar" && node.kind === "null");
  const wanted = isSet ? items(fromNode(node), "renderers").map((name) => pyStr(name)) : order;
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Raises(`unknown renderer "${strange}"`);
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
    case "netifrc":
      return isFile(NETIFRC_SCRIPT);
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

/** nmcli, and an enabled service (network_manager.available), and where that is asked for its configuration file. */
function hasNetworkManager(boot: ModuleRun): boolean {
  const hasConfig = boot.image.stat("/etc/NetworkManager/NetworkManager.conf")?.kind === "file";
  const units = "/etc/systemd/system";
  const isEnabled = boot.image
    .list(units)
    .some((name) => name.endsWith(".wants") && boot.image.list(`${units}/${name}`).includes("NetworkManager.service"));
  return boot.which("nmcli") && (isEnabled || !usesSystemd(boot)) && (hasConfig || boot.fact(NEEDS_NO_CONFIG));
}

/**
 * os-release's IDs that sysconfig files are for, with the version that brought each (sysconfig.KNOWN_DISTROS and
 * util.system_info). OpenCloudOS and TencentOS are not among them: cloud-init knows them only in capitals.
 */
const SYSCONFIG_DISTROS: Readonly<Record<string, string>> = {
  almalinux: "21.3",
  centos: "19.1",
  cloudlinux: "21.4",
  eurolinux: "21.3",
  fedora: "19.1",
  miraclelinux: "22.1",
  openeuler: "23.3",
  openmandriva: "22.3",
  opensuse: "19.1",
  "opensuse-leap": "19.3",
  "opensuse-microos": "23.1",
  "opensuse-tumbleweed": "19.3",
  redhat: "19.1",
  rhel: "19.1",
  rocky: "21.3",
  "sle-micro": "23.1",
  sle_hpc: "20.3",
  sles: "19.1",
  suse: "19.1",
  virtuozzo: "21.3",
};

function hasSysconfig(boot: ModuleRun, hasScripts: boolean): boolean {
  const isFile = (path: string): boolean => boot.image.stat(path)?.kind === "file";
  const files = boot.fact(EXPECTED_PATHS);
  const found = hasScripts && (boot.since("19.3") ? files.some(isFile) : files.every(isFile));
  if (!boot.since("19.1")) return found;
  const id = boot.distro.id.toLowerCase();
  const isKnown = Object.hasOwn(SYSCONFIG_DISTROS, id) && boot.since(SYSCONFIG_DISTROS[id]!);
  if (!isKnown && !boot.fact(KNOWN_DISTROS).includes(id)) return false;
  if (found) return true;
  if (!boot.since("22.2")) return isFile("/etc/NetworkManager/NetworkManager.conf");
  return boot.fact(LOOKS_FOR_PLUGIN) && hasIfcfgPlugin(boot);
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
