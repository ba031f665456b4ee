import { asDict, items, text } from "../../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import { pyStr } from "../../../../python/value.ts";
import type { ModuleRun } from "../../../moduleRun.ts";
import { type CloudNetwork, dictAt, dictsOf, isOn, need } from "./cloudNetwork.ts";

/**
 * Of the metadata service, interface by interface (DataSourceAzure, 18.5 to 26.2): DHCP for the first address of each
 * kind, the others static. Without it, DHCP on one interface, which only the machine chooses.
 */
export const azureNetwork: CloudNetwork = (metaData, boot) => {
  const imds = dictAt(metaData, "imds");
  const network = imds && dictAt(imds, "network");
  if (network === undefined || !isOn(boot, "Azure", "apply_network_config"))
    throw new CannotTell("the network configuration of Azure's metadata service, or DHCP on one interface");
  if (!boot.since("20.1")) throw new CannotTell("the network configuration of Azure's metadata service");
  const ethernets: PyDict = new Map();
  for (const [index, card] of dictsOf(network, "interface").entries()) {
    const [name, device] = interfaceOf(card, index, boot);
    if (device !== undefined) ethernets.set(name, device);
  }
  return dictOf({ version: 2, ethernets });
};

function interfaceOf(card: PyDict, index: number, boot: ModuleRun): [name: string, device: PyDict | undefined] {
  const mac = macOf(need(card, "macAddress"));
  const setsName = !boot.since("26.2") || isOn(boot, "Azure", "apply_network_config_set_name");
  const name = setsName ? `eth${index}` : `enx${mac.replaceAll(":", "")}`;
  const override = dictOf({ "route-metric": (index + 1) * 100 });
  if (boot.since("24.2") && index > 0) override.set("use-dns", false);
  const device = dictOf({ dhcp4: true, "dhcp4-overrides": override, dhcp6: false });
  const further: PyValue[] = [];
  let hasAddress = !boot.since("21.1");
  for (const [kind, length] of [
    ["ipv4", "24"],
    ["ipv6", "128"],
  ] as const) {
    const addresses = dictsOf(card.has(kind) ? asDict(card.get(kind), kind) : new Map(), "ipAddress");
    if (addresses.length === 0) continue;
    hasAddress = true;
    if (kind === "ipv6") device.set("dhcp6", true).set("dhcp6-overrides", override);
    if (boot.since("23.4") && !isOn(boot, "Azure", "apply_network_config_for_secondary_ips")) continue;
    for (const address of addresses.slice(1)) {
      const [subnet] = items(need(asDict(card.get(kind), kind), "subnet"), "subnet");
      if (subnet === undefined) throw new Raises("an interface has addresses, but no subnet");
      const prefix = asDict(subnet, "subnet").get("prefix") ?? length;
      further.push(`${pyStr(need(address, "privateIpAddress"))}/${pyStr(prefix)}`);
    }
  }
  if (further.length > 0) device.set("addresses", further);
  // Every interface of a virtual machine is one of Hyper-V's; cards that pass through it share its address.
  const match = dictOf({ macaddress: mac });
  if (boot.since("20.3")) match.set("driver", "hv_netvsc");
  device.set("match", match);
  if (setsName) device.set("set-name", name);
  return [name, hasAddress ? device : undefined];
}

/** 000D3A123456 as 00:0d:3a:12:34:56. */
function macOf(given: PyValue): string {
  const mac = text(given, "macAddress").replaceAll(":", "").toLowerCase();
  return (mac.match(/../g) ?? []).join(":");
}
