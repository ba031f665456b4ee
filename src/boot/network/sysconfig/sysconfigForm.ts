import { defineChange } from "../../../distro/library/change.ts";
import { defineFact } from "../../../distro/library/fact.ts";
import { dictOf, type PyDict } from "../../../python/dataModel.ts";
import type { ModuleRun } from "../../moduleRun.ts";

export const CONTROL = "/etc/sysconfig/network";
const FILE = "net/sysconfig.py";
const SCRIPTS = "/etc/sysconfig/network-scripts";

/** How a distro class writes files of sysconfig. */
export interface SysconfigForm {
  /** Whether variables are SUSE's; until 19.4 it had those of Red Hat too. */
  readonly isSuse: boolean;
  /** Path of an interface's file, without its name. */
  readonly interfacePath: string;
  /** Paths of its routes of IPv4 and IPv6, without its name; SUSE has one file for both. */
  readonly routePaths: readonly [ipv4: string, ipv6: string];
  /** What every interface begins with. */
  readonly defaults: PyDict;
  /** Whether metrics of IPv4 and IPv6 have variables of their own. */
  readonly hasRouteMetrics: boolean;
}

/** How the image's cloud-init writes files of sysconfig (renderer_configs of cloudinit/distros, 18.5 to 26.2). */
export function sysconfigForm(isSuse: boolean, boot: ModuleRun): SysconfigForm {
  const flavor = isSuse && boot.since("20.1") ? "suse" : "rhel";
  return {
    isSuse: flavor === "suse",
    interfacePath: isSuse ? `${CONTROL}/ifcfg-` : `${SCRIPTS}/ifcfg-`,
    routePaths: isSuse ? [`${CONTROL}/ifroute-`, `${CONTROL}/ifroute-`] : [`${SCRIPTS}/route-`, `${SCRIPTS}/route6-`],
    defaults: defaultsOfImage(flavor, boot) ?? defaultsOf(flavor, boot),
    hasRouteMetrics: boot.fact(HAS_ROUTE_METRICS),
  };
}

function defaultsOf(flavor: "rhel" | "suse", boot: ModuleRun): PyDict {
  if (flavor === "suse") return dictOf({ BOOTPROTO: "static", STARTMODE: "auto" });
  return dictOf({
    ONBOOT: true,
    USERCTL: false,
    ...(boot.since("24.2") ? {} : { NM_CONTROLLED: false }),
    ...(boot.since("19.1") && !boot.since("20.1") ? { STARTMODE: "auto" } : {}),
    BOOTPROTO: "none",
  });
}

/** Distributions patch upstream's defaults (Red Hat: no NM_CONTROLLED, a priority); their code shows how. */
function defaultsOfImage(flavor: "rhel" | "suse", boot: ModuleRun): PyDict | undefined {
  const code = codeOf(boot);
  const start = code.indexOf("iface_defaults = ");
  if (start < 0) return undefined;
  const table = code.slice(start, start + 2000);
  const list =
    /^iface_defaults = tuple\(\[([^[\]]*)\]/.exec(table) ?? new RegExp(`["']${flavor}["']: \\{([^{}]*)\\}`).exec(table);
  if (list?.[1] === undefined) return undefined;
  const values: PyDict = new Map();
  for (const [, key = "", value = ""] of list[1].matchAll(/["'](\w+)["'][:,]\s*(True|False|\d+|["'][^"'\n]*["'])/g))
    values.set(key, value === "True" || (value === "False" ? false : value.replace(/^["']|["']$/g, "")));
  return values;
}

/** Red Hat's oldest patch writes a setting of its own to /etc/sysconfig/network, which disables zeroconf. */
export function saysMoreThanUpstream(boot: ModuleRun): boolean {
  return codeOf(boot).includes("NOZEROCONF");
}

/**
 * Where other lines of /etc/sysconfig/network go: below cloud-init's own since 25.1 and in Red Hat's 24.4, above them in
 * Red Hat's versions up to 23.1.1; otherwise they are lost.
 */
export const KEPT_LINES = defineFact({
  name: "what becomes of the lines of /etc/sysconfig/network",
  file: FILE,
  readCode: (code): "above" | "below" | "none" | undefined => {
    if (/load_(?:text_)?file\(\s*sysconfig_path\s*,\s*quiet/.test(code)) return "above";
    if (/load_(?:text_)?file\(\s*sysconfig_path\b/.test(code)) return "below";
    return /^[ \t]+netcfg = \[/m.test(code) ? "none" : undefined;
  },
  byVersion: (since) => (since("25.1") ? "below" : "none"),
});

/** Files by which cloud-init finds the sysconfig renderer: one of them, until 19.2 all. SUSE has its own. */
export const EXPECTED_PATHS = defineFact({
  name: "the files by which the sysconfig renderer is found",
  file: FILE,
  readCode: (code): readonly string[] | undefined => {
    const list = /\bexpected_paths\s*=\s*\[((?:\s*["'][^"'\n\\]*["']\s*,?)*)\s*\]/.exec(code)?.[1];
    if (list === undefined) return undefined;
    return [...list.matchAll(/["']([^"'\n]*)["']/g)].map(([, path = ""]) => `/${path.replace(/^\/+/, "")}`);
  },
  byVersion: (since) => [
    `${SCRIPTS}/network-functions`,
    since("19.3") ? "/etc/sysconfig/config" : `${SCRIPTS}/ifdown-eth`,
  ],
});

/**
 * Distributions for which the renderer is available since 19.1, beside those that upstream's version knows: Red Hat's
 * rebuilds add themselves.
 */
export const KNOWN_DISTROS = defineFact({
  name: "more distributions with sysconfig files",
  file: FILE,
  readCode: (code): readonly string[] | undefined => {
    const list = /^KNOWN_DISTROS\s*=\s*\[((?:\s*["'][^"'\n\\]*["']\s*,?)*)\s*\]/m.exec(code)?.[1];
    return list === undefined ? undefined : [...list.matchAll(/["']([^"'\n]*)["']/g)].map(([, name = ""]) => name);
  },
  byVersion: () => [],
  incomparable: true,
});

/** Any image whose NetworkManager has the plugin for ifcfg files has sysconfig: since 23.2, and in Red Hat's 23.1.1. */
export const LOOKS_FOR_PLUGIN = defineChange({
  name: "NetworkManager's plugin for ifcfg files is looked for",
  file: FILE,
  since: "23.2",
  made: /libnm-settings-plugin-ifcfg-rh/,
  beside: /^def available\(/m,
});

/** An existing file of udev rules keeps its mode: since 23.2, and in Red Hat's 23.1.1. */
export const KEEPS_MODE_OF_RULES = defineChange({
  name: "udev rules beside sysconfig keep their mode",
  file: FILE,
  since: "23.2",
  made: /\bpreserve_mode=True\b/,
  beside: /\bnetrules_path\b/,
});

/** A link /etc/resolv.conf is replaced by a file: only on SUSE, whose netconfig would write through the link. */
export const UNLINKS_RESOLV_CONF = defineChange({
  name: "a link /etc/resolv.conf is replaced by a file",
  file: FILE,
  since: undefined,
  made: /os\.path\.islink\(dns_path\)/,
  beside: /\bdns_path\b/,
});

/** Since 24.4, and in Red Hat's 23.4. */
const HAS_ROUTE_METRICS = defineChange({
  name: "metrics of IPv4 and IPv6 have variables of their own",
  file: FILE,
  since: "24.4",
  made: /_ROUTE_METRIC/,
  beside: /["']METRIC["']/,
});

/** Name servers of interfaces get into /etc/resolv.conf: since 24.2, and in Red Hat's 23.4. */
export const COLLECTS_NAMESERVERS = defineChange({
  name: "name servers of interfaces get into resolv.conf",
  file: FILE,
  since: "24.2",
  made: /def _render_dns\((?:(?!\n {4}def )[\s\S]){1,1500}["']dns_nameservers["']/,
  beside: /def _render_dns\(/,
});

/** Name servers of interfaces, and search domains, keep NetworkManager from changing it: since 24.4, and in Red Hat's 23.4. */
export const PROTECTS_NAMESERVERS = defineChange({
  name: "NetworkManager leaves name servers of interfaces in resolv.conf alone",
  file: FILE,
  since: "24.4",
  made: /def _render_networkmanager_conf\((?:(?!\n {4}def )[\s\S]){1,1500}["']dns_nameservers["']/,
  beside: /def _render_networkmanager_conf\(/,
});

function codeOf({ library }: ModuleRun): string {
  return library?.code(FILE) ?? "";
}
