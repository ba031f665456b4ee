import type { Origin } from "../../../image/origin.ts";
import { unknown } from "../../../image/unknown.ts";
import { asDict, items } from "../../../python/checked.ts";
import type { PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { splitLines } from "../../../python/strings.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { announce } from "../announce.ts";
import { renderUdevRules } from "../eni/udevRules.ts";
import { type Predicted, predict, textOf } from "../predicted.ts";
import type { NetworkState } from "../state/state.ts";
import { UDEV_RULES } from "../targets.ts";
import { enableIfcfgPlugin } from "./ifcfgPlugin.ts";
import { addNameservers } from "./resolvConfFile.ts";
import { renderSysconfig } from "./sysconfig.ts";
import {
  COLLECTS_NAMESERVERS,
  CONTROL,
  KEEPS_MODE_OF_RULES,
  KEPT_LINES,
  PROTECTS_NAMESERVERS,
  saysMoreThanUpstream,
  sysconfigForm,
  UNLINKS_RESOLV_CONF,
} from "./sysconfigForm.ts";
import { sysconfigHeader } from "./sysconfigValues.ts";

const SUSE_RULES = "/etc/udev/rules.d/85-persistent-net-cloud-init.rules";
const RESOLV_CONF = "/etc/resolv.conf";
const NETWORK_MANAGER_CONF = "/etc/NetworkManager/conf.d/99-cloud-init.conf";

/** Families of distros whose class has sysconfig paths. */
const FAMILIES = ["redhat", "OpenCloudOS", "openeuler", "aosc", "suse"];

/**
 * Writes what cloud-init's sysconfig renderer writes (net/sysconfig.py, 18.5 to 26.2).
 * @throws Raises if it raises; what it wrote before stays
 */
export function writeSysconfig(state: Predicted<NetworkState>, boot: ModuleRun, because: Origin): void {
  if (!FAMILIES.includes(boot.facts.family))
    throw new Raises(`cloud-init has no sysconfig paths for ${boot.facts.name}`);
  const isSuse = boot.facts.family === "suse";
  const form = sysconfigForm(isSuse, boot);
  const since = (version: string): boolean => boot.since(version);
  const files = predict(state, (value) => renderSysconfig(value, form, since));
  const nameless = form.interfacePath + unknown("the name of each interface");
  for (const [path, text] of "value" in files ? files.value : [[nameless, unknown(files.reason)] as const]) {
    if (!announce(path, boot, because)) boot.write(path, text, because);
  }
  writeNameservers(state, boot, because);
  const rules = textOf(predict(state, renderUdevRules));
  const rulesPath = isSuse && boot.since("19.3") ? SUSE_RULES : UDEV_RULES;
  if ("reason" in state) mayWrite(rulesPath, state.reason, boot, because);
  else if (boot.fact(KEEPS_MODE_OF_RULES)) boot.rewrite(rulesPath, rules, because);
  else boot.write(rulesPath, rules, because);
  if (boot.since("19.1") && !boot.since("22.2")) enableIfcfgPlugin(boot, because);
  if (isSuse) return;
  if ("reason" in state) mayWrite(CONTROL, state.reason, boot, because);
  else boot.write(CONTROL, textOf(predict(state, (value) => controlText(value, boot))), because);
}

/** A file with unknown content: an existing file may already have it. */
function mayWrite(path: string, reason: string, boot: ModuleRun, because: Origin): void {
  if (boot.image.stat(path) === undefined) boot.write(path, unknown(reason), because);
  else boot.mayChange(path, reason, because);
}

/** Writes name servers and search domains, and keeps NetworkManager from changing them. */
function writeNameservers(state: Predicted<NetworkState>, boot: ModuleRun, because: Origin): void {
  if ("reason" in state) {
    for (const path of [RESOLV_CONF, NETWORK_MANAGER_CONF])
      boot.mayChange(path, "cloud-init writes it if the network configuration has name servers", because);
    return;
  }
  const { nameservers, search } = nameserversOf(state.value, boot);
  const isWanted = nameservers.length > 0 || search.length > 0;
  const real = boot.image.realpath(RESOLV_CONF) ?? RESOLV_CONF;
  const replacesLink = boot.image.readlink(RESOLV_CONF) !== undefined && boot.fact(UNLINKS_RESOLV_CONF);
  if (real.startsWith("/run/") && !replacesLink) {
    if (isWanted) boot.note("resolv-conf-needs-directory", { path: RESOLV_CONF, target: real }, because);
  } else if (isWanted || !boot.since("19.3")) {
    const existing = strictText(boot, RESOLV_CONF) ?? "";
    // Until 19.2 an existing file was rewritten even without name servers; until 18.5 a missing file was created.
    if (isWanted || existing !== "" || !boot.since("19.1")) {
      const header = sysconfigHeader(";", (version) => boot.since(version));
      const text = addNameservers(
        existing,
        nameservers.map((one) => pyStr(one)),
        search.map((one) => pyStr(one)),
        !boot.since("23.2"),
      );
      if (replacesLink) boot.remove(RESOLV_CONF, because);
      boot.write(RESOLV_CONF, text.startsWith(header) ? text : `${header}\n${text}`, because);
    }
  }
  if (!(boot.fact(PROTECTS_NAMESERVERS) ? isWanted : state.value.nameservers.length > 0)) return;
  const header = sysconfigHeader("#", (version) => boot.since(version));
  boot.write(NETWORK_MANAGER_CONF, `${header}\n[main]\ndns = none\n`, because);
}

/** Those of interfaces count too where the renderer collects them. */
function nameserversOf(state: NetworkState, boot: ModuleRun): { nameservers: PyValue[]; search: PyValue[] } {
  const nameservers: PyValue[] = [];
  const search: PyValue[] = [];
  for (const iface of boot.fact(COLLECTS_NAMESERVERS) ? state.interfaces.values() : []) {
    for (const item of items(iface.get("subnets") ?? [], "subnets")) {
      const subnet = asDict(item, "a subnet");
      for (const one of items(subnet.get("dns_nameservers") ?? [], "dns_nameservers")) nameservers.push(one);
      for (const one of items(subnet.get("dns_search") ?? [], "dns_search")) search.push(one);
    }
    const dns = iface.get("dns");
    if (!truthy(dns)) continue;
    addOthers(nameservers, items(asDict(dns, "dns").get("nameservers"), "nameservers"));
    addOthers(search, items(asDict(dns, "dns").get("search"), "search"));
  }
  addOthers(nameservers, state.nameservers);
  addOthers(search, state.search);
  return { nameservers, search };
}

function addOthers(list: PyValue[], more: readonly PyValue[]): void {
  const known = new Set(list);
  for (const one of more.filter((value) => !known.has(value))) list.push(one);
}

function controlText(state: NetworkState, boot: ModuleRun): string {
  if (saysMoreThanUpstream(boot)) throw new CannotTell("the settings that the distribution's own cloud-init adds");
  const header = sysconfigHeader("#", (version) => boot.since(version)).split("\n");
  const own = ["NETWORKING=yes", ...(state.usesIpv6 ? ["NETWORKING_IPV6=yes", "IPV6_AUTOCONF=no"] : [])];
  const kept = boot.fact(KEPT_LINES);
  const before = kept === "none" ? "" : (strictText(boot, CONTROL) ?? "");
  const above = kept === "above" ? linesAbove(before) : [];
  const below =
    kept === "below"
      ? splitLines(before).filter((line) => !/NETWORKING|IPV6_AUTOCONF/.test(line) && !header.includes(line))
      : [];
  return `${[...above, ...header, ...own, ...below].join("\n")}\n`;
}

/** The lines up to the first that mentions cloud-init, the empty one after the last line break included. */
function linesAbove(before: string): string[] {
  const lines = before.split("\n");
  const end = lines.findIndex((line) => line.includes("cloud-init"));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .filter((line) => !/^(NETWORKING|IPV6_AUTOCONF|NETWORKING_IPV6)=/.test(line));
}
