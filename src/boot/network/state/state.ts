import { type Has, upstreamHas } from "../../../distro/library/change.ts";
import type { Since } from "../../../distro/version.ts";
import { asDict, items } from "../../../python/checked.ts";
import type { PyDict, PyKey, PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { InterfaceTable } from "./interfaces.ts";
import { readDevices } from "./stateV2.ts";

/** The common form of both versions of a network configuration: cloud-init's NetworkState (18.5 to 26.2). */
export interface NetworkState {
  /** 1 or 2. */
  readonly version: number;
  /** The unchanged version 2 configuration, for netplan. */
  readonly config: PyValue;
  /** Interfaces by name, or by their id in a version 2 configuration; attributes by cloud-init's names. */
  readonly interfaces: ReadonlyMap<PyKey, PyDict>;
  readonly routes: readonly PyDict[];
  /** Name servers and search domains without an interface. */
  readonly nameservers: readonly PyValue[];
  readonly search: readonly PyValue[];
  /** Whether any subnet is of IPv6. */
  readonly usesIpv6: boolean;
}

/**
 * Reads a network configuration of version 1 or 2 (network_state.parse_net_config_data).
 * @param renderer for netplan cloud-init does not parse a version 2 configuration (since 22.3.1)
 * @throws Raises if the real function raises
 */
export function readNetworkConfig(
  network: PyDict,
  renderer: string,
  since: Since,
  has: Has = upstreamHas(since),
): NetworkState {
  const version = network.get("version");
  const config = version === 2 ? network : (network.get("config") ?? null);
  if (!truthy(version) || config === null || (!truthy(config) && !since("19.4")))
    throw new Raises("version and config are missing from the network configuration");
  const table = new InterfaceTable(since, has);
  if (version === 1) readCommands(config, table);
  else if (version === 2 && !(renderer === "netplan" && since("22.3.1"))) readDevices(network, table, since, has);
  return {
    version: Number(version),
    config,
    interfaces: table.interfaces,
    routes: table.routes,
    nameservers: table.nameservers,
    search: table.search,
    usesIpv6: table.usesIpv6,
  };
}

function readCommands(config: PyValue, table: InterfaceTable): void {
  for (const item of items(config, "config")) {
    const command = asDict(item, "an entry of config");
    const type = command.get("type");
    if (type === undefined) throw new Raises("an entry of config has no type");
    // The keys of a version 2 configuration also count as commands, with invalid values.
    if (typeof type !== "string" || !table.handle(type, command))
      throw new Raises(`an entry of config has an unknown type: ${pyStr(type)}`);
  }
  table.assignNameservers();
}
