import { expect, test } from "vitest";
import { readText } from "../../../../src/image/image.ts";
import type { MemoryFile } from "../../../../src/image/memory.ts";
import { LIBRARY, networkBoot, networkChanges } from "../networkBoot.ts";

const GENTOO = { distro: "gentoo", version: "25.1.2", programs: [] };
const OPENRC = {
  [`${LIBRARY}/net/netifrc.py`]: "class Renderer: pass\n",
  "/etc/init.d/net.lo": { content: "#!/sbin/openrc-run\n", mode: 0o755 },
};

/** /etc/conf.d/net without its header. */
function rendered(networkConfig: string): string {
  const { after } = networkBoot({ ...GENTOO, files: OPENRC, networkConfig });
  return (readText(after, "/etc/conf.d/net") ?? "").split("\n\n").slice(1).join("\n\n");
}

test("links enable the configured interfaces instead of those enabled before", () => {
  const files = {
    ...OPENRC,
    "/etc/conf.d/net": 'config_eth0="192.0.2.5/24"\n',
    "/etc/init.d/net.eth1": { link: "net.lo" },
    "/etc/runlevels/default/net.eth1": { link: "/etc/init.d/net.eth1" },
    "/etc/runlevels/default/net.copy": "",
    "/etc/runlevels/default/sshd": { link: "/etc/init.d/sshd" },
  };
  const result = networkBoot({ ...GENTOO, files, networkConfig: "version: 2\nethernets: {eth0: {dhcp4: true}}\n" });
  expect(networkChanges(result)).toEqual([
    "modified /etc/conf.d/net 644",
    "created /etc/init.d/net.eth0",
    "created /etc/runlevels/default/net.eth0",
    "deleted /etc/runlevels/default/net.eth1",
  ]);
  expect(result.after.readlink("/etc/init.d/net.eth0")).toBe("/etc/init.d/net.lo");
  expect(result.after.readlink("/etc/runlevels/default/net.eth0")).toBe("/etc/init.d/net.eth0");
});

test("it is the last renderer, and only Gentoo's package has it", () => {
  const networkConfig = "version: 2\nethernets: {eth0: {dhcp4: true}}\n";
  const changes = (files: Readonly<Record<string, MemoryFile>>, programs: readonly string[] = []) =>
    networkChanges(networkBoot({ ...GENTOO, programs, files, networkConfig }));
  expect(changes(OPENRC, ["netplan"])).not.toContain("created /etc/conf.d/net 644");
  expect(changes({ "/etc/init.d/net.lo": "" })).toEqual([]);
  expect(changes({ [`${LIBRARY}/net/netifrc.py`]: "" })).toEqual([]);
});

test("links of interfaces whose names are unknown", () => {
  const result = networkBoot({ ...GENTOO, files: OPENRC });
  expect(networkChanges(result).join("\n")).toMatch(/created \/etc\/init\.d\/net\.<<unknown:/);
});

// As the real renderer of Gentoo's 25.1 writes them.
test("addresses, routes and name servers", () => {
  expect(
    rendered(`version: 2
ethernets:
  lo: {addresses: [127.0.0.2/8]}
  eth0:
    mtu: 1400
    wakeonlan: true
    dhcp6: true
    addresses: [192.0.2.5/24, "2001:db8::5/64"]
    gateway4: 192.0.2.1
    nameservers: {addresses: [192.0.2.53], search: [example.com]}
    routes:
      - {to: 198.51.100.0/24, via: 192.0.2.254, metric: 5}
      - {to: 0.0.0.0/0, via: 192.0.2.2}
`),
  ).toBe(`config_lo="127.0.0.2/8"

config_eth0="192.0.2.5/24
2001:db8::5/64
dhcp"
dhcpcd_eth0="-6"
routes_eth0="
198.51.100.0/24 metric 5 via 192.0.2.254
default via 192.0.2.2
default via 192.0.2.1"
dns_servers_eth0="192.0.2.53"
dns_search_eth0="example.com"
mtu_eth0="1400"
ethtool_change_eth0="wol g"

`);
});

test("bonds, bridges and VLANs", () => {
  expect(
    rendered(`version: 1
config:
- {type: nameserver, address: [192.0.2.53], search: [example.com]}
- {type: physical, name: eth1}
- {type: physical, name: eth0}
- {type: bond, name: bond0, bond_interfaces: [eth1, eth0], params: {bond-mode: active-backup, bond-miimon: 100, mtu: 9000}}
- {type: vlan, name: eth2.7, vlan_link: eth2, vlan_id: 7, subnets: [{type: static, address: 10.7.0.2, netmask: 255.255.0.0}]}
- {type: bridge, name: br0, bridge_interfaces: [eth3, eth2], params: {bridge_stp: "on", bridge_fd: 4}, subnets: [{type: dhcp}]}
`),
  ).toMatchInlineSnapshot(`
    "dns_servers_lo="192.0.2.53"
    dns_search_lo="example.com"

    config_eth1="null"
    mtu_eth1="9000"

    config_eth0="null"
    mtu_eth0="9000"

    mode_bond0="active-backup"
    miimon_bond0="100"
    config_bond0="null"
    mtu_bond0="9000"

    eth2_vlan7_name="eth2.7"
    config_eth2_7="10.7.0.2/16"

    config_eth3="null"

    config_eth2="null"

    bridge_br0="eth2 eth3"
    bridge_stp_state_br0="1"
    bridge_forward_delay_br0="4"
    config_br0="dhcp"


    slaves_bond0="eth0 eth1"

    vlans_eth2="7""
  `);
});
