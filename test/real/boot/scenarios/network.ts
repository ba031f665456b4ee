import { plain, type Scenario, type Seed, team, without } from "../scenario.ts";

/** Without ifupdown cloud-init's next choice is netplan, without both systemd-networkd. */
const noIfupdown = without("/usr/sbin/ifup", "/usr/sbin/ifdown", "/usr/sbin/ifquery", "/etc/network/interfaces");
const noNetplan = without("/usr/sbin/netplan");
const seeded = (network: string): Seed => ({ ...plain, "network-config": network });

const version1 = `version: 1
config:
  - type: physical
    name: eth0
    mac_address: "52:54:00:12:34:56"
    mtu: 1450
    subnets:
      - type: static
        address: 192.0.2.10/24
        gateway: 192.0.2.1
        dns_nameservers: [192.0.2.2]
        dns_search: [example.com]
        routes:
          - {network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.0.2.254}
      - type: static6
        address: "2001:db8::10/64"
        gateway: "2001:db8::1"
  - type: vlan
    name: eth0.10
    vlan_link: eth0
    vlan_id: 10
    subnets: [{type: dhcp4}]
  - type: nameserver
    address: [198.51.100.53]
    search: [corp.example]
  - type: route
    destination: 172.16.0.0/12
    gateway: 192.0.2.253
    metric: 3
`;
const version2 = `version: 2
ethernets:
  eth0:
    match: {macaddress: "52:54:00:12:34:56"}
    set-name: eth0
    addresses: [192.0.2.10/24, "2001:db8::10/64"]
    gateway4: 192.0.2.1
    mtu: 1450
    nameservers:
      addresses: [192.0.2.2]
      search: [example.com]
    routes:
      - {to: 10.0.0.0/8, via: 192.0.2.254, metric: 50}
vlans:
  eth0.10: {id: 10, link: eth0, dhcp4: true}
`;
const version2Dhcp = `version: 2
ethernets:
  any:
    match: {name: "e*"}
    dhcp4: true
    dhcp6: true
    optional: true
`;
const bond = `version: 1
config:
  - {type: physical, name: eth0, mac_address: "52:54:00:12:34:56"}
  - type: bond
    name: bond0
    bond_interfaces: [eth0]
    params: {bond-mode: active-backup, bond-miimon: 100}
    subnets: [{type: dhcp}]
  - type: bridge
    name: br0
    bridge_interfaces: [bond0]
    params: {bridge_stp: "off", bridge_fd: 0}
    subnets: [{type: manual}]
`;

export const configs = { v1: version1, v2: version2, "v2-dhcp": version2Dhcp, bond: bond };
const renderers = {
  eni: {},
  netplan: noIfupdown,
  networkd: { ...noIfupdown, ...noNetplan },
};

/** Network rendering: which renderer, from which source, over which leftovers. */
export const network: Scenario[] = [
  { name: "network-off", files: team("network: {config: disabled}\n"), seed: plain },
  { name: "network-off-string", files: team("network: disabled\n"), seed: plain },
  { name: "network-off-by-seed", seed: seeded("config: disabled\n") },
  { name: "network-fallback-netplan", files: noIfupdown, seed: plain },
  { name: "network-fallback-networkd", files: { ...noIfupdown, ...noNetplan }, seed: plain },
  { name: "network-fallback-eni", files: noNetplan, seed: plain },
  ...Object.entries(renderers).flatMap(([renderer, files]) =>
    Object.entries(configs).map(([name, config]) => ({
      name: `network-${renderer}-${name}`,
      files,
      seed: seeded(config),
    })),
  ),
  {
    name: "network-in-image",
    files: team(
      "network:\n  version: 1\n  config:\n    - type: physical\n      name: eth0\n      subnets: [{type: dhcp}]\n",
    ),
    seed: seeded(version2),
  },
  {
    name: "network-renderers-pinned",
    files: team("system_info:\n  network:\n    renderers: [netplan, eni]\n"),
    seed: plain,
  },
  {
    name: "network-renderer-unavailable",
    files: team("system_info:\n  network:\n    renderers: [sysconfig]\n"),
    seed: plain,
  },
  {
    name: "network-netplan-customised",
    files: {
      ...noIfupdown,
      "/etc/netplan/01-team.yaml": {
        content: "network:\n  version: 2\n  ethernets:\n    eth0: {dhcp4: false, addresses: [10.0.0.5/24]}\n",
        mode: "600",
      },
      "/etc/netplan/50-cloud-init.yaml": "network:\n  version: 2\n  ethernets:\n    old0: {dhcp4: true}\n",
    },
    seed: plain,
  },
  {
    name: "network-eni-customised",
    files: {
      "/etc/network/interfaces":
        "source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n  address 10.0.0.5/24\n",
      "/etc/network/interfaces.d/50-cloud-init": "auto old0\niface old0 inet dhcp\n",
      "/etc/network/interfaces.d/eth0.cfg": "auto eth0\niface eth0 inet dhcp\n",
      "/etc/udev/rules.d/70-persistent-net.rules": 'SUBSYSTEM=="net", ATTR{address}=="00:11:22:33:44:55", NAME="wan"\n',
    },
    seed: plain,
  },
  {
    name: "network-eni-eth0-edited",
    files: { "/etc/network/interfaces.d/eth0.cfg": "auto eth0\niface eth0 inet static\n  address 10.0.0.5/24\n" },
    seed: plain,
  },
  {
    name: "network-dns-resolv-conf",
    files: { "/etc/resolv.conf": "nameserver 10.0.0.53\nsearch corp.example\n" },
    seed: seeded(version1),
  },
  {
    name: "network-eni-not-sourced",
    files: { "/etc/network/interfaces": "source /etc/network/interfaces.d/*.cfg\nauto lo\niface lo inet loopback\n" },
    seed: seeded(version1),
  },
  {
    name: "network-eni-joined",
    files: {
      "/etc/network/interfaces.d/lan": "auto eth0\niface eth0 inet static\n  address 10.0.0.5/24\n",
    },
    seed: seeded(version1),
  },
  {
    name: "network-netplan-installer",
    files: {
      ...noIfupdown,
      "/etc/netplan/00-installer-config.yaml": "network:\n  version: 2\n  ethernets:\n    eth0: {dhcp4: true}\n",
    },
    seed: seeded(version1),
  },
  {
    name: "network-netplan-beside-networkd",
    files: {
      ...noIfupdown,
      "/etc/systemd/network/05-lan.network": "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n",
      "/etc/systemd/network/20-wan.network": "[Match]\nName=eth0.10\n\n[Network]\nAddress=10.0.0.6/24\n",
    },
    seed: seeded(version2),
  },
];
