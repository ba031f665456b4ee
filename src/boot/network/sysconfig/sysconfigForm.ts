import { dictOf, type PyDict } from "../../../python/dataModel.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { type LibraryChange, libraryCode } from "../../system/libraryChange.ts";

export const CONTROL = "/etc/sysconfig/network";
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
}

/** How the image's cloud-init writes files of sysconfig (renderer_configs of cloudinit/distros, 18.5 to 26.2). */
export function sysconfigForm(isSuse: boolean, boot: ModuleRun): SysconfigForm {
  const flavor = isSuse && boot.since("20.1") ? "suse" : "rhel";
  return {
    isSuse: flavor === "suse",
    interfacePath: isSuse ? `${CONTROL}/ifcfg-` : `${SCRIPTS}/ifcfg-`,
    routePaths: isSuse ? [`${CONTROL}/ifroute-`, `${CONTROL}/ifroute-`] : [`${SCRIPTS}/route-`, `${SCRIPTS}/route6-`],
    defaults: defaultsOfImage(flavor, boot) ?? defaultsOf(flavor, boot),
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
  const source = sourceOf(boot);
  const start = source.indexOf("iface_defaults = ");
  if (start < 0) return undefined;
  const table = source.slice(start, start + 2000);
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
  return sourceOf(boot).includes("NOZEROCONF");
}

/**
 * Where other lines of /etc/sysconfig/network go: below cloud-init's own since 25.1 and in Red Hat's 24.4, above them in
 * Red Hat's versions up to 23.1.1; otherwise they are lost.
 */
export function keptLines(boot: ModuleRun): "above" | "below" | "none" {
  const source = sourceOf(boot);
  if (/load_(?:text_)?file\(\s*sysconfig_path\s*,\s*quiet/.test(source)) return "above";
  if (/load_(?:text_)?file\(\s*sysconfig_path\b/.test(source)) return "below";
  const isRead = /^[ \t]+netcfg = \[/m.test(source);
  return !isRead && boot.since("25.1") ? "below" : "none";
}

/** Files of which one must exist for the sysconfig renderer (available_sysconfig since 19.3); SUSE has its own. */
export function expectedPaths(boot: ModuleRun): readonly string[] {
  const list = /\bexpected_paths\s*=\s*\[((?:\s*["'][^"'\n\\]*["']\s*,?)*)\s*\]/.exec(sourceOf(boot))?.[1];
  const paths = [...(list ?? "").matchAll(/["']([^"'\n]*)["']/g)].map(
    ([, path = ""]) => `/${path.replace(/^\/+/, "")}`,
  );
  const second = boot.since("19.3") ? "/etc/sysconfig/config" : `${SCRIPTS}/ifdown-eth`;
  return list === undefined ? [`${SCRIPTS}/network-functions`, second] : paths;
}

/** Any image whose NetworkManager has the plugin for ifcfg files has sysconfig: since 23.2, and in Red Hat's 23.1.1. */
export const LOOKS_FOR_PLUGIN: LibraryChange = {
  file: "net/sysconfig.py",
  since: "23.2",
  made: /libnm-settings-plugin-ifcfg-rh/,
  beside: /^def available\(/m,
};

/** A link /etc/resolv.conf is replaced by a file: only on SUSE, whose netconfig would write through the link. */
export const UNLINKS_RESOLV_CONF: LibraryChange = {
  file: "net/sysconfig.py",
  since: undefined,
  made: /os\.path\.islink\(dns_path\)/,
  beside: /\bdns_path\b/,
};

const FILE = "net/sysconfig.py";

function sourceOf(boot: ModuleRun): string {
  return libraryCode(boot, FILE);
}
