/** Network configurations, valid ones first; each is the seed of many mutated ones. */
export const networkExamples: readonly string[] = [
  `version: 1
config:
- type: physical
  name: eth0
  mac_address: "c0:d6:9f:2c:e8:80"
  mtu: 1450
  accept-ra: true
  subnets:
  - type: static
    address: 192.168.23.14/27
    netmask: 255.255.255.224
    gateway: 192.168.23.1
    control: auto
    dns_nameservers: [192.168.23.2]
    dns_search: [internal]
    routes:
    - {type: route, destination: 10.0.0.0/8, gateway: 192.168.23.3, metric: 3}
`,
  `network:
  version: 1
  config:
  - type: physical
    name: eth0
    subnets: [{type: dhcp4}]
`,
  `version: 1
config:
- {type: physical, name: eth0}
- {type: physical, name: eth1}
- type: bond
  name: bond0
  mac_address: "aa:bb:cc:dd:ee:ff"
  bond_interfaces: [eth0, eth1]
  params: {bond-mode: active-backup}
  subnets: [{type: manual}]
- type: bridge
  name: br0
  bridge_interfaces: [eth2]
  params: {bridge_stp: "off", bridge_fd: 0}
- type: vlan
  name: bond0.5
  vlan_link: bond0
  vlan_id: 5
  mtu: 1400
- type: nameserver
  address: [192.168.23.2, 8.8.8.8]
  search: [internal]
  interface: eth0
- type: route
  destination: 192.168.24.0/24
  gateway: 192.168.24.1
  metric: 3
`,
  `version: 2
renderer: networkd
ethernets:
  id0:
    match: {macaddress: "00:11:22:33:44:55", name: "en*", driver: virtio}
    set-name: eth0
    wakeonlan: true
    dhcp4: true
    dhcp4-overrides: {use-dns: false, route-metric: 100}
    dhcp6: false
    addresses: [192.168.14.2/24, "2001:1::1/64"]
    gateway4: 192.168.14.1
    gateway6: "2001:1::2"
    mtu: 1500
    nameservers: {search: [foo.internal], addresses: [8.8.8.8]}
    routes:
    - {to: 0.0.0.0/0, via: 11.0.0.1, metric: 3}
`,
  `network:
  version: 2
  ethernets:
    eth0: {dhcp4: true}
    eth1: {dhcp6: true}
  bonds:
    bond0:
      interfaces: [eth0, eth1]
      parameters: {mode: active-backup, mii-monitor-interval: 1}
      dhcp4: true
  bridges:
    br0:
      interfaces: [eth2]
      parameters: {stp: true, forward-delay: 0}
  vlans:
    vlan5: {id: 5, link: eth0, dhcp4: false}
`,
  "version: 1\nconfig: []\n",
  "version: 1\n",
  "version: 3\n",
  "config: []\n",
  "version: '2'\nethernets: {}\n",
  "version: 2\nethernets: {eth0: {dhcp4: 'yes'}}\n",
  "version: 2\nethernets: {eth0: {dhcp4: 'maybe'}}\n",
  "version: 2\nethernets: {eth0: {bogus: 1}}\n",
  "version: 2\nwifis: {}\n",
  "version: 1\nconfig: disabled\n",
  "version: 1\nconfig: [{type: wifi, name: a}]\n",
  "version: 1\nconfig: [{type: physical}]\n",
  "version: 1\nconfig: [{name: eth0}]\n",
  "version: 1\nconfig: [{type: physical, name: a-name-that-is-far-too-long}]\n",
  "version: 1\nconfig: [{type: physical, name: eth0, mac_addr: a}]\n",
  "version: 1\nconfig: [{type: physical, name: eth0, subnets: [{type: dynamic}]}]\n",
  "version: 1\nconfig: [{type: vlan, name: a, vlan_link: b, vlan_id: '5'}]\n",
  "network: {version: 1}\n",
  "network: {version: 2, ethernets: []}\n",
  "network: {version: 2}\nmore: 1\n",
  "network: {}\n",
  "network: disabled\n",
  "{}\n",
  "text\n",
];
