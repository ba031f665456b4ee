import { configBool } from "../../../../config/options.ts";
import { defineDefault } from "../../../../distro/library/change.ts";
import { unknown } from "../../../../image/unknown.ts";
import { asDict } from "../../../../python/checked.ts";
import { dictOf, isDict, type PyDict, type PyValue } from "../../../../python/dataModel.ts";
import { CannotTell, Raises } from "../../../../python/errors.ts";
import { compareText } from "../../../../python/order.ts";
import { pyStr, truthy } from "../../../../python/value.ts";
import type { ModuleRun } from "../../../moduleRun.ts";
import { chooseRenderer } from "../../renderers.ts";
import { type CloudNetwork, nameOfCard } from "./cloudNetwork.ts";

/** Ubuntu 18.04 has only the first interface and address by default. */
const ALL_ADDRESSES = defineDefault("apply_full_imds_network_config", "sources/DataSourceEc2.py", true);

interface Card {
  readonly mac: string;
  readonly data: PyDict;
}

/**
 * Of Ec2's meta-data: DHCP on every interface and their further addresses; version 2 since 20.2, before that DHCP on
 * the first interface only (DataSourceEc2, 18.5 to 26.2).
 */
export const amazonNetwork: CloudNetwork = (metaData, boot) => {
  const network = metaData.get("network");
  if (!isDict(network)) return undefined;
  const macs = asDict(asDict(network.get("interfaces"), "interfaces").get("macs"), "macs");
  const cards = [...macs]
    .filter(([, card]) => truthy(card))
    .map(([mac, card]): Card => ({ mac: pyStr(mac).toLowerCase(), data: asDict(card, "an interface") }))
    .sort((a, b) => compareText(a.mac, b.mac));
  const [first, ...more] = cards;
  const given = boot.config.get("datasource", "Ec2", "apply_full_imds_network_config");
  const isFull = configBool(given, boot.fact(ALL_ADDRESSES));
  if (first === undefined || (more.length > 0 && (!isFull || !boot.since("20.2"))))
    throw new CannotTell("the network configuration of one of several interfaces");
  if (!boot.since("20.2")) {
    const subnets = ["dhcp4", ...(truthy(first.data.get("ipv6s")) ? ["dhcp6"] : [])].map((type) => dictOf({ type }));
    const device = { type: "physical", name: nameOfCard(first.mac), subnets, mac_address: first.mac };
    return dictOf({ version: 1, config: [dictOf(device)] });
  }
  const ordered = inOrder(cards, boot);
  const ethernets: PyDict = new Map();
  for (const card of cards)
    ethernets.set(nameOfCard(card.mac), deviceOf(card, ordered(card), cards.length > 1, isFull, boot));
  return dictOf({ version: 2, ethernets });
};

/** The rank of a card from 0: by its numbers since 24.1, before that its own number. */
function inOrder(cards: readonly Card[], boot: ModuleRun): (card: Card) => number {
  if (!boot.since("24.1")) {
    let last = 0;
    const ranks = new Map<Card, number>();
    for (const card of cards) {
      const own = boot.since("20.3") ? numberOf(card, "device-number") : undefined;
      if (own === undefined && cards.length > 1 && boot.since("20.3") && !boot.since("21.2"))
        throw new Raises("device-number is missing from the meta-data of an interface");
      const rank = own ?? last;
      ranks.set(card, rank);
      last = rank + 1;
    }
    return (card) => ranks.get(card) ?? 0;
  }
  const rank = (card: Card, key: string) => numberOf(card, key) ?? Number.POSITIVE_INFINITY;
  const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
  const sorted = [...cards].sort(
    (a, b) =>
      compare(rank(a, "network-card"), rank(b, "network-card")) ||
      compare(rank(a, "device-number"), rank(b, "device-number")),
  );
  return (card) => sorted.indexOf(card);
}

function numberOf({ data }: Card, key: string): number | undefined {
  const value = data.get(key) ?? undefined;
  if (value === undefined) return undefined;
  const number = Number(pyStr(value));
  if (!Number.isInteger(number)) throw new Raises(`${key} of an interface is not a number`);
  return number;
}

function deviceOf({ mac, data }: Card, rank: number, isOneOfMany: boolean, isFull: boolean, boot: ModuleRun): PyDict {
  const name = nameOfCard(mac);
  const hasIpv6 = truthy(data.get("ipv6s"));
  const override = dictOf({ "route-metric": (rank + 1) * 100 });
  const device = dictOf({ dhcp4: true, dhcp6: hasIpv6, match: dictOf({ macaddress: mac }), "set-name": name });
  if (isOneOfMany) {
    device.set("dhcp4-overrides", override);
    if (hasIpv6) device.set("dhcp6-overrides", override);
    // Only netplan passes rules for the source of packets on.
    const isRouted = boot.since("24.1") && rank > 0 && truthy(data.get("device-number"));
    if (isRouted && chooseRenderer(boot) === "netplan") {
      override.set("use-routes", true);
      routeBySource(device, { mac, data }, 100 + rank, boot);
    }
  }
  const addresses = [
    ...furtherAddresses(data, "local-ipv4s", "subnet-ipv4-cidr-block", "24"),
    ...furtherAddresses(data, "ipv6s", "subnet-ipv6-cidr-block", "128"),
  ].sort(compareText);
  if (addresses.length > 0 && isFull) device.set("addresses", addresses);
  return device;
}

/** Packets from an address of a secondary interface leave by that interface. */
function routeBySource(device: PyDict, { mac, data }: Card, table: number, boot: ModuleRun): void {
  const routes: PyValue[] = [];
  let policy: PyValue[] = [];
  const isStrict = !boot.since("24.2");
  const add = (block: string, key: string, isIpv4: boolean): void => {
    const [blocks, addresses] = [data.get(block), data.get(key)];
    if (isStrict && (blocks === undefined || addresses === undefined))
      throw new Raises(`${blocks === undefined ? block : key} is missing from the meta-data of an interface`);
    if (!truthy(blocks) || !truthy(addresses)) return;
    // The gateway is that of a lease which cloud-init asks for.
    if (isIpv4) routes.push(dictOf({ to: "0.0.0.0/0", via: unknown(`the gateway of ${mac}`), table }));
    for (const to of listOf(blocks)) routes.push(dictOf({ to, table }));
    for (const from of listOf(addresses)) policy.push(dictOf({ from, table }));
  };
  add("subnet-ipv4-cidr-block", "local-ipv4s", true);
  if (truthy(data.get("ipv6s"))) {
    // 24.1 forgets the rules for IPv4.
    if (isStrict) policy = [];
    add(isStrict ? "subnet-ipv6-cidr-block" : "subnet-ipv6-cidr-blocks", "ipv6s", false);
  }
  if (routes.length > 0) device.set("routes", routes).set("routing-policy", policy);
}

function listOf(value: PyValue): PyValue[] {
  return Array.isArray(value) ? value : [value];
}

/** The addresses after the first, which DHCP sets. */
function furtherAddresses(card: PyDict, key: string, block: string, length: string): string[] {
  const addresses = card.get(key);
  const [, given = length, ...rest] = pyStr(card.get(block)).split("/");
  const prefix = rest.length === 0 ? given : length;
  return Array.isArray(addresses) ? addresses.slice(1).map((address) => `${pyStr(address)}/${prefix}`) : [];
}
