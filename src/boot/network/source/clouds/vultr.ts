import { asDict } from "../../../../python/checked.ts";
import { dictOf, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { pyStr, truthy } from "../../../../python/value.ts";
import { type CloudNetwork, dictsOf, given, missing, nameOfCard, need } from "./cloudNetwork.ts";

/** DHCP on the public interface, static addresses on the others (helpers/vultr.py, 21.4 to 26.2). */
export const vultrNetwork: CloudNetwork = (metaData, boot) => {
  if (metaData.has("cloud_interfaces")) return withNames(asDict(metaData.get("cloud_interfaces"), "cloud_interfaces"));
  if (!metaData.has("interfaces")) throw missing("Vultr");
  const [first, ...others] = dictsOf(metaData, "interfaces");
  const isLater = boot.since("22.2");
  const addresses = ["108.61.10.10", ...(isLater ? ["2001:19f0:300:1704::6"] : [])];
  const servers = dictOf({ type: "nameserver", address: addresses });
  const configured = others.filter((card) => !(isLater && truthy(card.get("unconfigured"))));
  const cards = configured.map((card) => deviceOf(card, false));
  const config = [servers, ...(first === undefined ? [] : [deviceOf(first, true)]), ...cards];
  return dictOf({ version: 1, config });
};

/** A finished configuration, in which only the names are missing. */
function withNames(network: PyDict): PyDict {
  const config = dictsOf(network, "config").map((device) =>
    device.get("type") === "physical" ? new Map(device).set("name", nameOfCard(need(device, "mac_address"))) : device,
  );
  return new Map(network).set("config", config);
}

function deviceOf(card: PyDict, isPrimary: boolean): PyDict {
  const mac = need(card, "mac");
  const ipv4 = asDict(card.get("ipv4"), "ipv4");
  const first: PyDict[] = isPrimary
    ? [dictOf({ type: "dhcp", control: "auto" }), dictOf({ type: "ipv6_slaac", control: "auto" })]
    : [staticOf(ipv4)];
  const device = dictOf({ name: nameOfCard(mac), type: "physical", mac_address: mac });
  if (isPrimary) device.set("accept-ra", 1);
  for (const key of ["mtu", "accept-ra"]) if (card.has(key)) device.set(key, card.get(key) ?? null);
  if (card.has("routes")) first[0]!.set("routes", card.get("routes") ?? null);
  const more = dictsOf(ipv4, "additional").map(withRoutes(staticOf));
  const more6 = dictsOf(asDict(card.get("ipv6"), "ipv6"), "additional").map(
    withRoutes((one) =>
      dictOf({
        type: "static6",
        control: "auto",
        address: `${pyStr(need(one, "network"))}/${pyStr(need(one, "prefix"))}`,
      }),
    ),
  );
  const subnets: PyValue[] = [...first, ...more, ...more6];
  return device.set("subnets", subnets);
}

function staticOf(from: PyDict): PyDict {
  return dictOf({ type: "static", control: "auto", address: need(from, "address"), netmask: need(from, "netmask") });
}

function withRoutes(make: (from: PyDict) => PyDict): (from: PyDict) => PyDict {
  return (from) => given({ ...Object.fromEntries(make(from)), routes: from.get("routes") });
}
