import { asDict, items, text } from "../../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { CannotTell } from "../../../../python/errors.ts";
import { pyStr, truthy } from "../../../../python/value.ts";
import { type CloudNetwork, given, missing, nameOfCard } from "./cloudNetwork.ts";

const NAMES = new Map<PyValue, string>([
  ["public", "eth0"],
  ["private", "eth1"],
]);

/** Static addresses of the first interface of each kind (helpers/digitalocean.py, 18.5 to 26.2). */
export const digitalOceanNetwork: CloudNetwork = (metaData) => {
  const interfaces = metaData.get("interfaces");
  if (!truthy(interfaces)) throw missing("DigitalOcean");
  // The datasource keeps the name servers to itself.
  if (!metaData.has("dns"))
    throw new CannotTell("the network configuration, because the name servers are not among the data");
  const config = [...asDict(interfaces, "interfaces").values()].map((list): PyValue => {
    const [first] = items(list, "interfaces");
    return deviceOf(asDict(first, "an interface"));
  });
  const servers = asDict(metaData.get("dns"), "dns").get("nameservers");
  if (truthy(servers)) config.push(dictOf({ type: "nameserver", address: servers }));
  return dictOf({ version: 1, config });
};

function deviceOf(card: PyDict): PyDict {
  const mac = card.get("mac") ?? null;
  const kind = card.get("type") ?? "unknown";
  const subnets = ["ipv4", "ipv6", "anchor_ipv4", "anchor_ipv6"].flatMap((key) => {
    const subnet = card.get(key);
    if (!truthy(subnet)) return [];
    return [subnetOf(asDict(subnet, key), kind === "public" && !key.includes("anchor"))];
  });
  return dictOf({ type: "physical", mac_address: mac, name: NAMES.get(kind) ?? nameOfCard(mac), subnets });
}

function subnetOf(subnet: PyDict, hasGateway: boolean): PyDict {
  const address = text(subnet.get("ip_address"), "ip_address");
  const isIpv6 = address.includes(":");
  return given({
    type: "static",
    control: "auto",
    address: isIpv6 ? `${address}/${pyStr(subnet.get("cidr") ?? null)}` : address,
    gateway: hasGateway ? (subnet.get("gateway") ?? null) : undefined,
    netmask: isIpv6 ? undefined : (subnet.get("netmask") ?? null),
  });
}
