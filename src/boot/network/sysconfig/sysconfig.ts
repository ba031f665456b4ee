import type { Since } from "../../../distro/version.ts";
import { text as asText, items } from "../../../python/checked.ts";
import type { PyDict, PyKey, PyValue } from "../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../python/errors.ts";
import { compare } from "../../../python/order.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { asKey, isUnknown } from "../state/names.ts";
import { pyInt } from "../state/normalize.ts";
import type { NetworkState } from "../state/state.ts";
import type { SysconfigForm } from "./sysconfigForm.ts";
import { isDefaultRoute, SysconfigInterface } from "./sysconfigInterface.ts";

/** Options of bonds as the kernel's module names them, with the version that introduced each. */
const BOND_OPTIONS: readonly (readonly [option: string, since: string])[] = [
  ["mode", "0"],
  ["xmit_hash_policy", "0"],
  ["miimon", "0"],
  ["min_links", "19.2"],
  ["arp_interval", "19.2"],
  ["arp_ip_target", "19.2"],
  ["arp_validate", "19.2"],
  ["ad_select", "19.2"],
  ["num_grat_arp", "19.2"],
  ["downdelay", "19.2"],
  ["updelay", "19.2"],
  ["lacp_rate", "19.2"],
  ["fail_over_mac", "19.2"],
  ["primary", "19.2"],
  ["primary_reselect", "19.2"],
];

/** Parameters of bridges: [parameter, Red Hat's variable, SUSE's]. */
const BRIDGE_OPTIONS = [
  ["bridge_stp", "STP", "BRIDGE_STP"],
  ["bridge_ageing", "AGEING", "BRIDGE_AGEINGTIME"],
  ["bridge_bridgeprio", "PRIO", "BRIDGE_PRIORITY"],
] as const;

/**
 * The files of interfaces and their routes that cloud-init's sysconfig renderer writes, by path and in its order
 * (net/sysconfig.py, 18.5 to 26.2).
 * @throws Raises if the renderer raises
 * @throws CannotTell if an interface refers to another one whose name depends on the machine
 */
export function renderSysconfig(state: NetworkState, form: SysconfigForm, since: Since): Map<string, string> {
  return new SysconfigInterfaces(state, form, since).render();
}

class SysconfigInterfaces {
  readonly #state: NetworkState;
  readonly #form: SysconfigForm;
  readonly #since: Since;
  readonly #files = new Map<PyKey, SysconfigInterface>();
  readonly #hasDefaultRoute: boolean;

  constructor(state: NetworkState, form: SysconfigForm, since: Since) {
    this.#state = state;
    this.#form = form;
    this.#since = since;
    this.#hasDefaultRoute = hasDefaultRoute(state);
  }

  render(): Map<string, string> {
    for (const iface of this.#state.interfaces.values()) {
      if (iface.get("type") === "loopback") continue;
      this.#files.set(this.#idOf(iface), new SysconfigInterface(iface, this.#form, this.#since));
    }
    this.#each("physical", (iface) => this.#addSubnets(iface, this.#find(this.#idOf(iface))));
    this.#each("bond", (iface) => this.#addBond(iface, this.#find(asKey(iface.get("name")))));
    this.#each("vlan", (iface) => this.#addVlan(iface, this.#find(asKey(iface.get("name")))));
    this.#each("bridge", (iface) => this.#addBridge(iface, this.#find(asKey(iface.get("name")))));
    this.#each("infiniband", (iface) => {
      const file = this.#find(asKey(iface.get("name")));
      file.values.set("TYPE", "InfiniBand");
      this.#addSubnets(iface, file);
    });
    const texts = new Map<string, string>();
    for (const file of this.#files.values()) {
      texts.set(file.path, file.text());
      for (const [path, text] of file.routes.texts()) if (!texts.has(path)) texts.set(path, text);
    }
    return texts;
  }

  /**
   * Since 24.4 interfaces are identified by the IDs of a version 2 configuration, although others refer to them by
   * name.
   */
  #idOf(iface: PyDict): PyKey {
    const id = iface.get("config_id");
    return asKey(truthy(id) ? id : iface.get("name"));
  }

  #each(type: string, add: (iface: PyDict) => void): void {
    for (const iface of this.#state.interfaces.values()) if (iface.get("type") === type) add(iface);
  }

  #find(name: PyKey): SysconfigInterface {
    const file = this.#files.get(name);
    if (file !== undefined) return file;
    if (isUnknown(name) || [...this.#files.keys()].some(isUnknown))
      throw new CannotTell("the network configuration, because it depends on the names of interfaces on the machine");
    throw new Raises(`there is no interface ${pyStr(name)}`);
  }

  #addSubnets(iface: PyDict, file: SysconfigInterface): void {
    file.addSubnets(iface.get("subnets"), this.#hasDefaultRoute);
  }

  #addBond(iface: PyDict, file: SysconfigInterface): void {
    const { isSuse } = this.#form;
    const options = BOND_OPTIONS.filter(([, version]) => this.#since(version)).flatMap(([option]) => {
      const key = [`bond_${option}`, `bond-${option.replaceAll("_", "-")}`].find((name) => iface.has(name));
      return key === undefined ? [] : [`${option}=${wordsOf(iface.get(key))}`];
    });
    if (options.length > 0)
      file.values.set(isSuse && this.#since("21.2") ? "BONDING_MODULE_OPTS" : "BONDING_OPTS", options.join(" "));
    file.values.set("BONDING_MASTER", true);
    if (!isSuse) file.values.set("TYPE", "Bond");
    const mac = iface.get("mac_address");
    if (truthy(mac)) file.values.set(isSuse ? "LLADDR" : "MACADDR", mac);
    this.#addSubnets(iface, file);
    const name = asKey(iface.get("name"));
    for (const [index, member] of this.#membersOf(name).entries()) {
      file.values.set(isSuse ? `BONDING_SLAVE_${index}` : `BONDING_SLAVE${index}`, member);
      const { values } = this.#find(member);
      if (isSuse) values.set("BOOTPROTO", "none").set("STARTMODE", "hotplug");
      else values.set("MASTER", name).set("SLAVE", true);
    }
  }

  #membersOf(bond: PyKey): PyKey[] {
    const members = [...this.#state.interfaces.values()]
      .filter((iface) => truthy(iface.get("bond-master")) && iface.get("bond-master") === bond)
      .map((iface) => asKey(iface.get("name")));
    if (members.length > 1 && members.some(isUnknown))
      throw new CannotTell(
        "the network configuration, because the order of a bond's interfaces depends on their names on the machine",
      );
    return members.sort((a, b) => compare(a, b));
  }

  #addVlan(iface: PyDict, file: SysconfigInterface): void {
    const { values } = file;
    const id = iface.get("vlan_id");
    if (this.#form.isSuse) {
      if (truthy(id)) values.set("VLAN_ID", id);
      values.set("ETHERDEVICE", beforeLastDot(iface));
    } else {
      values.set("VLAN", true);
      if (this.#since("20.4")) {
        values.delete("TYPE");
        if (!iface.has("vlan-raw-device")) throw new Raises("a VLAN has no link");
        pyInt(id, "the id of a VLAN");
      }
      values.set("PHYSDEV", this.#since("20.4") ? (iface.get("vlan-raw-device") ?? null) : beforeLastDot(iface));
    }
    this.#addSubnets(iface, file);
  }

  #addBridge(iface: PyDict, file: SysconfigInterface): void {
    const { isSuse } = this.#form;
    const { values } = file;
    if (!isSuse) values.set("TYPE", "Bridge");
    for (const [parameter, redHat, suse] of BRIDGE_OPTIONS) {
      const value = iface.get(parameter);
      if (value !== undefined) values.set(isSuse ? suse : redHat, value);
    }
    if (isSuse && values.has("BRIDGE_STP")) values.set("BRIDGE_STP", truthy(values.get("BRIDGE_STP")) ? "on" : "off");
    const mac = iface.get("mac_address");
    if (truthy(mac)) values.set(isSuse ? "LLADDRESS" : "MACADDR", mac);
    const ports = items(iface.get("bridge_ports") ?? [], "bridge_ports");
    if (isSuse && ports.length > 0) values.set("BRIDGE_PORTS", wordsOf(ports));
    for (const port of ports)
      this.#find(asKey(port)).values.set("BRIDGE", isSuse ? "yes" : (iface.get("name") ?? null));
    this.#addSubnets(iface, file);
  }
}

/** Whether any route of the configuration is a default route (NetworkState.has_default_route). */
function hasDefaultRoute(state: NetworkState): boolean {
  const ofSubnets = [...state.interfaces.values()].flatMap((iface) =>
    items(iface.get("subnets") ?? [], "subnets").flatMap((subnet) =>
      subnet instanceof Map ? items(subnet.get("routes") ?? [], "routes") : [],
    ),
  );
  return [...state.routes, ...ofSubnets].some((route) => route instanceof Map && isDefaultRoute(route));
}

/** A list as words; any other value as a string. */
function wordsOf(value: PyValue | undefined): string {
  return Array.isArray(value) ? value.map((item) => asText(item, "an item of a list")).join(" ") : pyStr(value);
}

/** The name up to its last dot; without a dot, all but its last letter. */
function beforeLastDot(iface: PyDict): string {
  const name = asText(iface.get("name"), "the name of a VLAN");
  return name.slice(0, name.lastIndexOf("."));
}
