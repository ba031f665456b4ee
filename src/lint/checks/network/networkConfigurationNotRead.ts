import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { Blame } from "../../../image/writeLog.ts";
import { lacksAll } from "../../../packages/packages.ts";
import { originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import { INTERFACES, type Interfaces, parseInterfaces } from "../../../services/network/interfaces.ts";
import { networkManagerPlugins } from "../../../services/network/networkManagerPlugins.ts";
import { type NetworkProfile, type NetworkProgram, readProfiles } from "../../../services/network/profiles.ts";
import { network } from "../../../services/network.ts";
import type { Confidence, FileEdit, Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { inWords, shortList } from "../../sentences/lists.ts";
import { type CheckContext, noFix, withFix } from "../check.ts";
import { isOwn } from "../configuration/about.ts";
import { isOfNetwork, writtenByNetwork } from "./cloudInitsProfiles.ts";
import { isEnabled, serviceOfProgram, stateOf } from "./programs.ts";

/** Finds network configuration that cloud-init writes although nothing in the image reads it. */
export function networkConfigurationNotRead(rule: Rule, context: CheckContext): Finding[] {
  const step = context.booted.modules.find(({ name, stage }) => name === "network" && stage === "init-local");
  if (step?.why?.code === "no-renderer") return noRenderer(rule, context);
  return [...notSourced(rule, context), ...notStarted(rule, context), ...withoutPlugin(rule, context)];
}

// No renderer

/** A list of renderers of the image's own of which none is installed: nothing is written at all. */
function noRenderer(rule: Rule, context: CheckContext): Finding[] {
  const pair = context.booted.config.pair("system_info", "network", "renderers");
  const state = context.booted.after.stat("/usr/bin/nmcli") && stateOf(context.image, "NetworkManager");
  const isOff = state === "disabled" || state === "masked";
  if (pair === undefined || (!isOff && !isOwn(context, pair.path))) return [];
  const names = pair.value.type === "sequence" ? pair.value.children.map((name) => pyStr(name)) : [];
  const why =
    isOff && names.includes("network-manager")
      ? `cloud-init cannot use NetworkManager, because NetworkManager.service is ${state}, and the image contains no other renderer in system_info.network.renderers`
      : `system_info.network.renderers lists no renderer that the image contains (${shortList(names)})`;
  const todo = isOff ? "Enable NetworkManager.service" : "List one whose programs are installed";
  const message = `${why}; cloud-init writes no network configuration, and the one of the launch is lost. ${todo}.`;
  return [{ ...base(rule, context, message, originOf(pair), "certain"), losses: [], proveFix: noFix }];
}

// ifupdown

/** /etc/network/interfaces does not include cloud-init's file. */
function notSourced(rule: Rule, context: CheckContext): Finding[] {
  if (!context.settings(network).readable) return [];
  const { after } = context.booted;
  const read = parseInterfaces(after);
  const target = writtenByNetwork(context).find((path) => path.startsWith("/etc/network/"));
  if (target === undefined || [...read.files].some((path) => (after.realpath(path) ?? path) === target)) return [];
  const own = ownInterface(read);
  // Without a configuration of the launch, an image that configures its own interface does what it is meant to do.
  if (own !== undefined && !isRequested(context)) return [];
  const near = read.sources.find(({ text }) => text.includes("interfaces.d"));
  const cause = { path: near?.path ?? INTERFACES, line: near?.line ?? 1, column: 1 };
  const why =
    near === undefined ? `no source line of ${INTERFACES}` : `"${near.text.trim()}" (${near.path}:${near.line})`;
  const name = target.slice(target.lastIndexOf("/") + 1);
  const verb = near === undefined ? "includes" : "does not include";
  const result =
    own === undefined
      ? "the instance has no network"
      : `${own} keeps the configuration in the image, and the one of the launch is lost`;
  const message = `ifupdown never reads ${target}, the network configuration that cloud-init writes: ${why} ${verb} ${name}, so ${result}. Add "${SOURCE}" to ${INTERFACES}.`;
  const losses = stanzasIn(after, target).map((setting) => ({
    path: target,
    line: null,
    setting,
    before: null,
    after: null,
  }));
  const found = { ...base(rule, context, message, cause, "certain"), losses: losses.slice(0, MOST_LOSSES) };
  return [
    withFix(found, () => {
      const fix = sourcing(context.image);
      return fix && context.prove(fix, (image) => parseInterfaces(image).files.has(target));
    }),
  ];
}

/** The stanzas of a file that nothing includes, as the service "network" would call them. */
function stanzasIn(image: Image, path: string): string[] {
  const stanzas = (readText(image, path) ?? "").matchAll(/^iface (\S+) (\S+)/gm);
  const keys = Array.from(stanzas, ([, name, family]) => `iface ${name} ${family}`);
  return [...new Set(keys)].filter((key) => !key.startsWith("iface lo "));
}

const MOST_LOSSES = 100;

const SOURCE = "source /etc/network/interfaces.d/*";

function sourcing(image: Image): FileEdit | null {
  const text = readText(image, INTERFACES);
  return text === undefined ? null : { path: INTERFACES, content: `${text.replace(/\n*$/, "\n")}${SOURCE}\n` };
}

/** An interface that the image itself brings up. */
function ownInterface({ started }: Interfaces): string | undefined {
  return started.map(({ key }) => key.slice(key.indexOf(" ") + 1)).find((name) => name !== "lo");
}

/** Whether the launch or the image gives a configuration, rather than DHCP on the first interface. */
function isRequested(context: CheckContext): boolean {
  const { cloud, config } = context.booted;
  return cloud.networkConfig !== undefined || cloud.networkData !== undefined || config.has("network");
}

// Services

/** The service that reads the files is masked, or nothing starts it. */
function notStarted(rule: Rule, context: CheckContext): Finding[] {
  const { image } = context;
  const written = writtenProfile(context);
  if (written === undefined) return [];
  const { kind, program } = written;
  const state = stateOf(image, program);
  if (state === "absent" && kind === "netplan" && lacksNetworkManager(context))
    return withoutRenderer(rule, context, program);
  // netplan starts systemd-networkd itself (verified with 0.106, 1.1 and 1.2), but not NetworkManager.
  const isStarted = state === "disabled" && kind === "netplan" && program === "systemd-networkd";
  if (state === "enabled" || state === "absent" || isStarted) return [];
  // The network scripts of Red Hat read ifcfg files as well.
  if (kind === "ifcfg" && program === "NetworkManager" && hasNetworkScripts(image)) return [];
  // ifup works without its service, and hotplug calls it.
  const isCertain = state === "masked" && program !== "ifupdown";
  const service = serviceOfProgram(program);
  const files = writtenByNetwork(context).filter(isConfiguration);
  const [first] = files;
  if (first === undefined) return [];
  const shown = files.some(hasUnknown) ? "" : ` (${shortList(files)})`;
  const { cause } = blameOf(context, first);
  const others = OTHERS.filter((other) => other !== program && isEnabled(image, other));
  // An image that configures the network with another service loses nothing without a configuration of the launch.
  const configures = (other: NetworkProgram) =>
    other === "NetworkManager" || readProfiles(image).some((one) => one.program === other);
  if (!isRequested(context) && others.some(configures)) return [];
  const instead =
    others.length === 0
      ? "so the instance has no network"
      : `and ${inWords(others)} ${others.length === 1 ? "does" : "do"} not read it`;
  const todo = `${state === "masked" ? "Unmask" : "Enable"} ${service}`;
  const message = `cloud-init writes the network configuration for ${program}${shown}, but ${service} is ${state}, ${instead}. ${todo}, or list the renderer of the service that runs in system_info.network.renderers.`;
  return [
    {
      ...base(rule, context, message, cause, isCertain ? "certain" : "likely"),
      losses: wholeFiles(files),
      proveFix: noFix,
    },
  ];
}

/** netplan writes for NetworkManager, since a file names it as the renderer, but the image does not contain it. */
function withoutRenderer(rule: Rule, context: CheckContext, program: NetworkProgram): Finding[] {
  const { after } = context.booted;
  const files = writtenByNetwork(context).filter(isConfiguration);
  if (program !== "NetworkManager" || files[0] === undefined) return [];
  const named = after
    .list("/etc/netplan")
    .map((name) => `/etc/netplan/${name}`)
    .flatMap((path) => {
      const line = (readText(after, path) ?? "")
        .split("\n")
        .findIndex((text) => /\brenderer:\s*["']?NetworkManager/.test(text));
      return path.endsWith(".yaml") && line !== -1 ? [{ path, line: line + 1, column: 1 }] : [];
    })[0];
  if (named === undefined || (!isOfNetwork(context, named.path) && !isOwn(context, named.path))) return [];
  const cause = isOfNetwork(context, named.path) ? blameOf(context, files[0]).cause : named;
  const where = isOfNetwork(context, named.path) ? "the network configuration" : `${named.path}:${named.line}`;
  const message = `${where} makes NetworkManager the renderer of netplan, but NetworkManager is not installed, so nothing reads the network configuration that cloud-init writes and the instance has no network. Remove the renderer, or install NetworkManager.`;
  return [
    {
      ...base(rule, context, message[0]!.toUpperCase() + message.slice(1), cause, "certain"),
      losses: wholeFiles(files),
      proveFix: noFix,
    },
  ];
}

/** Whether NetworkManager is certainly missing: no package and no file of it. */
function lacksNetworkManager({ image, distro: { packages } }: CheckContext): boolean {
  const names = ["network-manager", "NetworkManager", "networkmanager"];
  const has = (path: string) => image.stat(path) !== undefined;
  return lacksAll(packages, names) && !has("/usr/lib/NetworkManager") && !has("/usr/bin/nmcli");
}

const OTHERS: readonly NetworkProgram[] = ["systemd-networkd", "NetworkManager", "ifupdown", "wicked"];

/** NetworkManager reads ifcfg files only with a plugin, which the image's configuration leaves out. */
function withoutPlugin(rule: Rule, context: CheckContext): Finding[] {
  const { after } = context.booted;
  const written = writtenProfile(context);
  const plugins = networkManagerPlugins(after);
  if (written?.kind !== "ifcfg" || written.program !== "NetworkManager" || plugins === undefined) return [];
  if (plugins.names.has(PLUGIN) || hasNetworkScripts(after) || stateOf(context.image, "NetworkManager") !== "enabled")
    return [];
  const files = writtenByNetwork(context).filter(isConfiguration);
  const what = files.some(hasUnknown) ? "ifcfg files" : shortList(files);
  const message = `cloud-init writes the network configuration to ${what}, but NetworkManager does not read ifcfg files: plugins (${plugins.path}:${plugins.line}) does not list ${PLUGIN}. Add it, or list network-manager first in system_info.network.renderers.`;
  const cause = { path: plugins.path, line: plugins.line, column: 1 };
  return [{ ...base(rule, context, message, cause, "certain"), losses: wholeFiles(files), proveFix: noFix }];
}

const PLUGIN = "ifcfg-rh";

function wholeFiles(files: readonly string[]): Finding["losses"] {
  return files.slice(0, MOST_LOSSES).map((path) => ({ path, line: null, setting: null, before: null, after: null }));
}

/** A profile that cloud-init writes; they are all for one program. */
function writtenProfile(context: CheckContext): Pick<NetworkProfile, "kind" | "program"> | undefined {
  if (writtenByNetwork(context).some((path) => path.startsWith("/etc/network/")))
    return { kind: "interfaces", program: "ifupdown" };
  return readProfiles(context.booted.after).find(({ path }) => isOfNetwork(context, path));
}

function hasNetworkScripts(image: Image): boolean {
  return image.stat("/etc/sysconfig/network-scripts/network-functions") !== undefined;
}

function isConfiguration(path: string): boolean {
  return !/^\/etc\/(udev|resolv\.conf|sysconfig\/network$|NetworkManager\/(conf\.d|NetworkManager\.conf))/.test(path);
}

function blameOf({ booted }: CheckContext, path: string): Blame {
  const change = booted.changes.find((one) => one.path === path)!;
  return change.blames.find(({ module }) => module === "network")!;
}

function base(rule: Rule, context: CheckContext, message: string, cause: Origin, confidence: Confidence) {
  return {
    rule: rule.id,
    severity: rule.severity,
    confidence,
    message,
    service: network.name,
    module: "network",
    cause,
    evidence: context.evidence.ofFile(cause.path)?.text ?? `nothing else configures the network of the launch`,
  };
}
