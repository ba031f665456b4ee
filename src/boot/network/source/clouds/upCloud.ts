import { asDict, items, text } from "../../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { pyStr, truthy } from "../../../../python/value.ts";
import { type CloudNetwork, dictsOf, given, missing, nameOfCard } from "./cloudNetwork.ts";

/** DHCP or static addresses, interface by interface (helpers/upcloud.py, 21.1 to 26.2). */
export const upCloudNetwork: CloudNetwork = (metaData) => {
  if (!metaData.has("network")) throw missing("UpCloud");
  const network = asDict(metaData.get("network"), "network");
  const dns = network.get("dns");
  const config: PyValue[] = dictsOf(network, "interfaces").map((card) => {
    const mac = card.get("mac") ?? null;
    const subnets = dictsOf(card, "ip_addresses").map((address) => subnetOf(address, dns));
    return dictOf({ type: "physical", name: nameOfCard(mac), mac_address: mac, subnets });
  });
  if (truthy(dns)) config.push(dictOf({ type: "nameserver", address: dns }));
  return dictOf({ version: 1, config });
};

function subnetOf(address: PyDict, dns: PyValue | undefined): PyDict {
  const isIpv6 = address.get("family") === "IPv6";
  if (truthy(address.get("dhcp"))) return dictOf({ type: isIpv6 ? "ipv6_dhcpv6-stateless" : "dhcp" });
  const [, mask] = text(address.get("network"), "network").split("/");
  const own = address.get("dns");
  const isSame = Array.isArray(own) && Array.isArray(dns) && own.map(pyStr).join() === dns.map(pyStr).join();
  const gateway = address.get("gateway");
  return given({
    type: isIpv6 ? "static6" : "static",
    control: "auto",
    address: address.get("address") ?? null,
    gateway: truthy(gateway) ? gateway : undefined,
    netmask: mask,
    dns_nameservers: truthy(own) && !isSame ? items(own, "dns") : undefined,
  });
}
