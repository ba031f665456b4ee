import { gunzipSync } from "node:zlib";
import { mayGiveNetwork } from "../../../config/datasources.ts";
import { findPair } from "../../../config/merge.ts";
import { isFalse } from "../../../config/options.ts";
import { kernelCommandLine } from "../../../distro/kernelCommandLine.ts";
import { defineDefault, libraryHas } from "../../../distro/library/change.ts";
import type { Origin } from "../../../image/origin.ts";
import { decodeBase64 } from "../../../python/base64.ts";
import { dictOf, isDict, type PyDict, type PyValue, sizeOf } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { type Mapping, originOf } from "../../../python/tree.ts";
import { fromNode, truthy } from "../../../python/value.ts";
import { parseYaml } from "../../../python/yaml/load.ts";
import { cloudDirectory } from "../../instance.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { WhySkipped } from "../../outcome.ts";
import { readInterfacesFile } from "./eniRead.ts";
import { fallbackConfig } from "./fallback.ts";
import { fromMetaData } from "./metadataNetwork.ts";
import { fromNetworkData } from "./networkData.ts";

/** Where the network configuration of the first boot comes from. */
export type FoundConfig =
  | { readonly kind: "config"; readonly network: PyValue; readonly isOfCloud: boolean; readonly because: Origin }
  /** The network is left alone. */
  | { readonly kind: "off"; readonly why: WhySkipped }
  | { readonly kind: "unknown"; readonly reason: string; readonly because: Origin };

/** If it is not known what the cloud provides. */
const CLOUD_OR_DHCP = "the network configuration that the cloud provides, or DHCP on the first interface";

/** No real machine's configuration has more values, and they would take long to render. */
const MAX_VALUES = 20_000;

/** Datasources that read network_data.json. */
const OF_OPENSTACK = new Set(["ConfigDrive", "IBMCloud", "OpenStack"]);

type Source = (boot: ModuleRun) => Candidate | undefined;

interface Candidate {
  /** undefined: its content is not known, for the given reason. */
  readonly network: PyValue | undefined;
  readonly reason?: string;
  readonly isOfCloud?: boolean;
  readonly because: Origin;
}

/**
 * The configuration to apply, as stages._find_networking_config chooses it (18.5 to 26.2): the first source with a
 * configuration, or DHCP on the first interface.
 * @throws Raises if the real function raises
 */
export function findNetworkConfig(boot: ModuleRun): FoundConfig {
  const upgraded = `${cloudDirectory(boot.config)}/data/upgraded-network`;
  if (boot.image.stat(upgraded) !== undefined)
    return { kind: "off", why: { code: "network-upgraded", path: upgraded } };
  for (const source of sourcesOf(boot)) {
    const candidate = source(boot);
    if (candidate === undefined) continue;
    const { because, isOfCloud = false, reason = "" } = candidate;
    if (candidate.network === undefined) return { kind: "unknown", reason, because };
    const network = withoutTopKey(candidate.network, boot);
    if (isDict(network) && network.get("config") === "disabled")
      return { kind: "off", why: { code: "network-disabled", origin: because } };
    if (sizeOf(network, MAX_VALUES) >= MAX_VALUES)
      return { kind: "unknown", reason: "the network configuration, because it is too large", because };
    if (truthy(network)) return { kind: "config", network, isOfCloud, because };
  }
  const fallback = fallbackConfig(boot);
  if (fallback === undefined) return { kind: "off", why: { code: "network-left-to-distro" } };
  return { kind: "config", network: fallback, isOfCloud: true, because: boot.because("network") };
}

/**
 * Where cloud-init looks, in order: DataSource.network_config_sources since 19.3. Oracle, until 23.2, put the image's
 * own configuration last. Oracle since then, and MAAS since 23.4, ask the initramfs last.
 */
function sourcesOf(boot: ModuleRun): readonly Source[] {
  if (!boot.since("19.3")) return [fromCommandLine, fromSystem, fromCloud];
  const { datasource } = boot.cloud;
  if (datasource === "Oracle" && !boot.since("23.2")) return [fromCommandLine, fromCloud, fromInitramfs, fromSystem];
  return datasource === "Oracle" || (datasource === "MAAS" && boot.since("23.4"))
    ? [fromCommandLine, fromSystem, fromCloud, fromInitramfs]
    : [fromCommandLine, fromInitramfs, fromSystem, fromCloud];
}

/** Since 22.2 a configuration may be under a key `network`. */
function withoutTopKey(network: PyValue, boot: ModuleRun): PyValue {
  if (!boot.since("22.2")) return network;
  if (isDict(network)) return network.has("network") ? (network.get("network") ?? null) : network;
  const contains =
    Array.isArray(network) || typeof network === "string" ? network.includes("network") : truthy(network);
  if (contains) throw new Raises("the network configuration must be a mapping");
  return network;
}

/** `network-config=` on the kernel command line: Base64 of YAML, optionally compressed, or (since 20.2) `disabled`. */
function fromCommandLine(boot: ModuleRun): Candidate | undefined {
  const line = kernelCommandLine(boot.image);
  const word = line?.text.split(/\s+/).findLast((candidate) => candidate.startsWith("network-config="));
  if (line === undefined || word === undefined) return undefined;
  const because = { path: line.path, line: line.line, column: 1 };
  const data = word.slice("network-config=".length);
  if (data === "disabled" && boot.since("20.2")) return { network: dictOf({ config: "disabled" }), because };
  const bytes = unpacked(decodeBase64(data) ?? Buffer.alloc(0));
  const node = bytes === undefined ? undefined : parseYaml(bytes.toString("utf8"), line.path).node;
  return node?.type === "mapping" ? { network: fromNode(node), because } : undefined;
}

function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: 1_000_000 }) : bytes;
  } catch {
    return undefined;
  }
}

/** What the initramfs has configured, if the kernel command line requests it (klibc's ip= and ip6=). */
function fromInitramfs(boot: ModuleRun): Candidate | undefined {
  const line = kernelCommandLine(boot.image);
  if (line === undefined || !/(?:^|\s)["']?ip6?=/.test(line.text)) return undefined;
  return {
    network: undefined,
    reason: "the network configuration of the initramfs, if it has any",
    because: { path: line.path, line: line.line, column: 1 },
  };
}

function fromSystem(boot: ModuleRun): Candidate | undefined {
  const node = boot.config.node("network");
  return node === undefined ? undefined : { network: fromNode(node), because: boot.because("network") };
}

/** The configuration of the datasource: the seed's network-config, or NoCloud's network-interfaces of the meta-data. */
function fromCloud(boot: ModuleRun): Candidate | undefined {
  const { datasource, networkConfig, networkData, metaData, unknownNetwork } = boot.cloud;
  if (!mayGiveNetwork(datasource) || leavesNetwork(boot)) return undefined;
  const reason = metaData === undefined ? CLOUD_OR_DHCP : unknownNetwork;
  if (metaData === undefined || reason !== undefined)
    return { network: undefined, reason: reason ?? CLOUD_OR_DHCP, because: boot.because("network") };
  if (networkData !== undefined && OF_OPENSTACK.has(datasource ?? "")) {
    const since = (version: string): boolean => boot.since(version);
    const network = fromNetworkData(fromNode(networkData), since, libraryHas(boot));
    return { network, isOfCloud: true, because: originOf(networkData) };
  }
  if (networkConfig !== undefined)
    return { network: seedNetwork(networkConfig, boot), isOfCloud: true, because: originOf(networkConfig) };
  const own = fromMetaData(metaData, boot);
  if (own !== undefined) return { network: own, isOfCloud: true, because: originOf(metaData) };
  const interfaces = findPair(metaData, "network-interfaces");
  if (interfaces === undefined || (interfaces.value.type === "scalar" && interfaces.value.kind === "null"))
    return undefined;
  return { network: readInterfacesFile(fromNode(interfaces.value)), isOfCloud: true, because: originOf(interfaces) };
}

/**
 * OpenStack's datasource can be configured not to configure the network (18.5 to 26.2). Ubuntu 18.04 does so only if it
 * is configured to.
 */
function leavesNetwork(boot: ModuleRun): boolean {
  if (boot.cloud.datasource !== "OpenStack") return false;
  const applies = boot.config.node("datasource", "OpenStack", "apply_network_config");
  return applies === undefined ? !boot.fact(APPLIES_NETWORK) : isFalse(applies);
}

const APPLIES_NETWORK = defineDefault("apply_network_config", "sources/DataSourceOpenStack.py", true);

/** Until 22.2 NoCloud itself unwrapped a key `network`, but only from a configuration of version 1 or a disabled one. */
function seedNetwork(networkConfig: Mapping, boot: ModuleRun): PyValue {
  const network = fromNode(networkConfig) as PyDict;
  const inner = network.get("network");
  if (boot.since("22.2") || network.size !== 1 || !isDict(inner)) return network;
  return inner.get("config") === "disabled" || (inner.has("config") && inner.has("version")) ? inner : network;
}
