import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { unknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { strictText } from "../files/strictText.ts";
import { readSysconfig } from "../files/sysconfigFile.ts";
import { setSysconfig } from "../files/sysconfigVariable.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { usesSystemd } from "../system/systemd.ts";

/** The names that a boot finds for the host (util.get_hostname_fqdn, 18.5 to 26.2). */
export interface HostNames {
  /** undefined if only the cloud was asked and it provides none. */
  readonly hostname: string | undefined;
  readonly fqdn: string | undefined;
  /** Whether it is the "localhost" of a system without a host name. */
  readonly isDefault: boolean;
}

const FROM_CLOUD = unknown("the host name that the cloud assigns");

/**
 * The name that systemd gives the system before cloud-init runs: the first line of /etc/hostname that is not a comment,
 * else os-release's DEFAULT_HOSTNAME (systemd 249 and later), else "localhost".
 */
export function hostnameAtBoot(image: Image): string {
  const lines = splitLines(readText(image, "/etc/hostname") ?? "").map((line) => line.trim());
  const stored = lines.find((line) => line !== "" && !line.startsWith("#"));
  const fallback = /^DEFAULT_HOSTNAME=["']?([\w.-]+)/m.exec(readText(image, "/etc/os-release") ?? "")?.[1];
  return cleanName(stored ?? "") || fallback || "localhost";
}

/**
 * A name as systemd cleans it up: up to 64 letters, digits and dashes, in labels that neither begin nor end with a
 * dash.
 */
export function cleanName(name: string): string {
  const labels = name
    .replace(/[^A-Za-z0-9.-]/g, "")
    .slice(0, 64)
    .split(".");
  return labels
    .map((label) => label.replace(/^-+|-+$/g, ""))
    .filter((label) => label !== "")
    .join(".");
}

/** `metadataOnly`: does not fall back to the running system if the cloud provides no name. */
export function hostNames(boot: ModuleRun, metadataOnly = false): HostNames {
  const { config } = boot;
  if (config.has("fqdn")) {
    const fqdn = configuredName(boot, "fqdn");
    return { fqdn, hostname: config.text("hostname", fqdn.split(".")[0]), isDefault: false };
  }
  const configured = config.has("hostname") ? configuredName(boot, "hostname") : undefined;
  if (configured !== undefined && configured.indexOf(".") > 0)
    return { fqdn: configured, hostname: configured.slice(0, configured.indexOf(".")), isDefault: false };
  const { labels, isDefault } = cloudLabels(boot, metadataOnly);
  const [first, ...domain] = labels ?? [];
  const fqdn = domain.length > 0 && domain.join(".") !== "localdomain" ? labels?.join(".") : first;
  if (configured !== undefined) return { hostname: configured, fqdn, isDefault: false };
  return { hostname: first, fqdn, isDefault: isDefault && boot.since("22.3") };
}

/** A name from the configuration, which must be a string; since 25.1 an fqdn is converted to one. */
function configuredName(boot: ModuleRun, key: "hostname" | "fqdn"): string {
  const value = boot.config.get(key);
  if (typeof value === "string" || (key === "fqdn" && boot.since("25.1"))) return boot.config.text(key) ?? "";
  throw new Raises(`${key} must be a string`, boot.because(key));
}

/** The labels of the name that the cloud assigns, else of the running system's name (sources get_hostname). */
function cloudLabels(boot: ModuleRun, metadataOnly: boolean): { labels: string[] | undefined; isDefault: boolean } {
  const { datasource, metaData } = boot.cloud;
  if (metaData === undefined) return { labels: [FROM_CLOUD], isDefault: false };
  const given = metaData.children.find((pair) => pyStr(pair.key) === "local-hostname")?.value;
  if (given !== undefined && truthy(given)) {
    const name = pyStr(given);
    // Google's names are long, and only the first label is used.
    if (datasource === "GCE") return { labels: [name.split(".", 1)[0]!], isDefault: false };
    const isAddress = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/.test(name);
    return { labels: isAddress ? [`ip-${name.replaceAll(".", "-")}`] : name.split("."), isDefault: false };
  }
  if (metadataOnly) return { labels: undefined, isDefault: false };
  const running = boot.running.hostname;
  const inHosts = nameInHosts(boot, running);
  const name = inHosts !== undefined && inHosts.indexOf(".") > 0 ? inHosts : running;
  return { labels: name.indexOf(".") > 0 ? name.split(".") : [name], isDefault: running === "localhost" };
}

/** The canonical name of /etc/hosts' first line that has `alias` behind it (util.get_fqdn_from_hosts). */
function nameInHosts(boot: ModuleRun, alias: string): string | undefined {
  for (const line of splitLines(strictText(boot, "/etc/hosts") ?? "")) {
    const [, name, ...aliases] = line.split("#")[0]!.trim().split(/\s+/);
    if (aliases.includes(alias)) return name;
  }
  return undefined;
}

/** The line to blame for the host's name. */
function hostnameCause(boot: ModuleRun): Origin {
  const key = ["fqdn", "hostname"].find((name) => boot.config.has(name));
  return boot.because(key ?? "preserve_hostname");
}

/**
 * Sets the host name outside the module lists (cmd/main.py, 18.2 to 26.2): before the network and again in the init
 * stage, if the configuration or the metadata contain one. Neither sees user-data, which is merged later.
 * @throws Raises if the configured name is invalid: the whole stage stops
 */
export function setEarlyHostname(boot: ModuleRun): void {
  if (!truthy(hostNames(boot, true).hostname ?? null)) return;
  const wanted = nameToSet(boot);
  if (wanted === undefined) return;
  try {
    putName(boot, wanted);
  } catch (error) {
    if (!(error instanceof Raises)) throw error;
    boot.note("early-hostname-fails", { message: error.message }, error.origin ?? hostnameCause(boot));
  }
}

/** cc_set_hostname: sets the name unless this very name was set before (18.2 to 26.2). */
export function setHostname(boot: ModuleRun): void {
  const wanted = nameToSet(boot);
  if (wanted !== undefined) putName(boot, wanted);
}

/** Sets a name and records it. */
interface WantedName {
  readonly hostname: string;
  readonly fqdn: string | null;
  readonly record: string;
}

/** The name that cc_set_hostname sets; undefined if it sets none. */
function nameToSet(boot: ModuleRun): WantedName | undefined {
  if (boot.config.bool("preserve_hostname", false)) return undefined;
  const { hostname = "", fqdn = null, isDefault } = hostNames(boot);
  const record = `${boot.instance.cloudDirectory}/data/set-hostname`;
  const last = readRecord(boot, record);
  if (last?.hostname === hostname && last.fqdn === fqdn) return undefined;
  return isDefault && hostname === "localhost" ? undefined : { hostname, fqdn, record };
}

function putName(boot: ModuleRun, { hostname, fqdn, record }: WantedName): void {
  const because = hostnameCause(boot);
  const name = selectName(boot, hostname, fqdn);
  writeSystemName(boot, name, because);
  applyName(boot, name);
  boot.write(record, `${JSON.stringify({ fqdn, hostname }, undefined, 1)}\n`, because);
}

/** cc_update_hostname: sets the name again unless somebody else changed it since (18.5 to 26.2). */
export function updateHostname(boot: ModuleRun): void {
  if (boot.config.bool("preserve_hostname", false)) return;
  const { hostname = "", fqdn = null, isDefault } = hostNames(boot);
  if (isDefault && hostname === "localhost") return;
  const because = hostnameCause(boot);
  const name = selectName(boot, hostname, fqdn);
  const record = `${boot.instance.cloudDirectory}/data/previous-hostname`;
  const previous = storedName(boot, record);
  const current = storageOf(boot) === "hostnamectl" ? boot.running.hostname : storedName(boot, systemFile(boot));
  if (current !== undefined && previous !== undefined && current !== previous) return;
  if (previous !== name) writeNameFile(boot, record, name, because);
  if (current !== undefined && (current !== previous || current === name)) return;
  writeSystemName(boot, name, because);
  applyName(boot, hostname);
}

/** What the file set-hostname records of the last setting; a record that is not a JSON object stops the module. */
function readRecord(boot: ModuleRun, path: string): { hostname?: unknown; fqdn?: unknown } | undefined {
  const text = strictText(boot, path);
  if (text === undefined || (text === "" && boot.since("24.3"))) return undefined;
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === "object" && record !== null && !Array.isArray(record)) return record;
  } catch {}
  throw new Raises(`${path} must contain a JSON object`);
}

/** The name to write: the full one only if it is preferred or if there is no short one. */
function selectName(boot: ModuleRun, hostname: string, fqdn: string | null): string {
  const preferFqdn = distroOption(boot, "prefer_fqdn_over_hostname", boot.facts.preferFqdn, "21.2");
  return (preferFqdn && fqdn) || hostname || (fqdn ?? "");
}

/** An option that the distro class reads from system_info and that a top-level key overrides since some version. */
function distroOption(boot: ModuleRun, key: string, absent: boolean, since: string): boolean {
  if (!boot.since(since)) return absent;
  if (boot.config.has(key)) return boot.config.bool(key, absent);
  const value = boot.config.get("system_info", key);
  return value === undefined
    ? absent
    : value === true || ["true", "1", "on", "yes"].includes(pyStr(value).toLowerCase());
}

/** Stores the name permanently, as the distro class does. */
function writeSystemName(boot: ModuleRun, name: string, because: Origin): void {
  const path = systemFile(boot);
  const create = distroOption(boot, "create_hostname_file", true, "23.4");
  const storage = storageOf(boot);
  if (storage === "hostnamectl") {
    boot.command(`hostnamectl set-hostname ${create ? "" : "--transient "}${name}`);
    if (create) boot.write(path, `${name}\n`, because);
  } else if (storage === "rc.conf") boot.mayChange(path, "cloud-init sets the host name in it", because);
  else writeNameFile(boot, path, storage === "conf.d" ? `hostname="${name}"` : name, because, create);
}

const SYSTEM_FILES: Readonly<Record<string, string>> = {
  sysconfig: "/etc/sysconfig/network",
  "conf.d": "/etc/conf.d/hostname",
  myname: "/etc/myname",
  "rc.conf": "/etc/rc.conf",
};

/** How the distro class stores the name: Gentoo's with OpenRC in conf.d, since 25.1 only with OpenRC. */
function storageOf(boot: ModuleRun): string {
  return boot.facts.family === "gentoo" && !usesSystemd(boot) ? "conf.d" : boot.facts.hostname;
}

function systemFile(boot: ModuleRun): string {
  return SYSTEM_FILES[storageOf(boot)] ?? "/etc/hostname";
}

function applyName(boot: ModuleRun, name: string): void {
  if (storageOf(boot) !== "hostnamectl") boot.command(`hostname ${name}`);
  boot.running.hostname = name;
}

/** Replaces every name in a file and keeps the comments (distros/parsers/hostname.py, 18.5 to 26.2). */
function writeNameFile(boot: ModuleRun, path: string, name: string, because: Origin, create = true): void {
  if (boot.facts.hostname === "sysconfig") {
    setSysconfig(boot, path, "HOSTNAME", name, because);
    return;
  }
  const lines = nameLines(strictText(boot, path));
  if (lines === undefined && !create) return;
  let found = false;
  const kept = (lines ?? []).map(({ line, name: old, comment }) => {
    if (old === undefined || name === "") return old === undefined ? line : old + comment;
    found = true;
    return name + comment;
  });
  if (!found && name !== "") kept.push(name);
  boot.write(path, `${kept.join("\n")}\n`, because);
}

/** The one name in a file; undefined if there is none, or several. */
function storedName(boot: ModuleRun, path: string): string | undefined {
  if (boot.facts.hostname === "sysconfig") return readSysconfig(strictText(boot, path) ?? "")?.get("HOSTNAME");
  return nameLines(strictText(boot, path))?.find(({ name }) => name !== undefined)?.name;
}

interface NameLine {
  readonly line: string;
  readonly name: string | undefined;
  readonly comment: string;
}

/** The lines of a file with a name; undefined if there is no file, or several names in it. */
function nameLines(text: string | undefined): NameLine[] | undefined {
  if (text === undefined) return undefined;
  const lines = splitLines(text).map((line): NameLine => {
    const trimmed = line.trim();
    const at = trimmed.includes("#") ? trimmed.indexOf("#") : trimmed.length;
    return { line, name: at === 0 ? undefined : trimmed.slice(0, at), comment: trimmed.slice(at) };
  });
  const names = new Set(lines.flatMap(({ name }) => name ?? []));
  return names.size > 1 ? undefined : lines;
}
