import { expect, test } from "vitest";
import { hashOrder } from "../../../../../src/boot/network/netplan/libnetplan/hashOrder.ts";

/** Orders in which netplan 1.2.2 (and 1.1.2) wrote the ports of a bridge br0, among 4 to 91 devices. */
const orders = [
  "eth3 eth39 enp0s38",
  "vlan.50 eth21 x32 br-11 br-55 x9 ens31",
  "ens0 eth10 br-38 x14 br-32 x9 enp0s30 eth22",
  "vlan.57 vlan.38 ens6 br-9 x3 vlan.2 x9 eth33 x20",
  "x10 x35 vlan.37 x43 enp0s23 ens23 eth53 enp0s47 eth14 vlan.52 vlan.51 x56 x57 x49",
  "x23 ens33 x34 br-0 vlan.20 vlan.12 enp0s15 vlan.34 enp0s53 vlan.29 x43 eth30 ens31 eth54 x46 eth58 ens16 enp0s31 x41 x44 vlan.49 x30 x39 enp0s30 x47",
  "enp0s35 enp0s12 br-43 eth19 vlan.14 br-20 ens47 br-55 br-9 ens59 vlan.15 br-44 enp0s48 enp0s25 ens13 eth55 x16 eth32 eth21 eth56 br-57 vlan.40 ens26 eth45 eth9 vlan.17 br-46 eth34 x0 eth11 ens27 vlan.53 x30 ens39 br-59 vlan.42 vlan.8 x19 vlan.19 br-36 br-25 vlan.31 eth13 enp0s41 eth25 br-49 enp0s53 ens53 eth1 x44 eth14 br-4 br-26 ens42 vlan.44 ens18 ens54 x10 vlan.10 br-5 ens8 vlan.33 enp0s55 eth39 x46 vlan.11 ens32 ens9 x58 enp0s56 eth40 br-29 ens21 br-7 enp0s45 vlan.35 eth17 br-53 ens45 x36 ens22 eth41 x7 enp0s11 ens34 vlan.2 ens11 ens46 br-54 eth30",
].map((order) => order.split(" "));

test.each(orders.map((order) => [order.length, order] as const))(
  "%i devices in the order of a hash table",
  (_, order) => {
    // libnetplan reads br0 and then the devices by name, and moves all of them into another table.
    const read = ["br0", ...[...order].sort()];
    const found = hashOrder(hashOrder(read)).filter((id) => id !== "br0");
    expect(found).toEqual(order);
  },
);
