/** Valid network configurations of version 2 with keys of every kind of device that netplan knows. */
export const netplanExamples: readonly string[] = [
  `version: 2
renderer: networkd
ethernets:
  lan:
    match: {driver: [virtio_net, "ixgbe*"], name: "en*"}
    set-name: lan0
    wakeonlan: true
    emit-lldp: true
    receive-checksum-offload: false
    large-receive-offload: true
    virtual-function-count: 4
    optional: true
    critical: true
    accept-ra: false
    dhcp4: true
    dhcp6: "yes"
    dhcp-identifier: mac
    dhcp4-overrides: {use-dns: false, use-domains: route, send-hostname: true, hostname: web, route-metric: 200}
    dhcp6-overrides: {use-ntp: false, use-mtu: true, use-routes: false, use-hostname: false}
    ra-overrides: {use-dns: true, use-domains: route, table: 5}
    link-local: [ipv4, ipv6]
    addresses:
    - 192.0.2.5/24
    - "2001:db8::5/64": {lifetime: 0, label: "lan0:mgmt"}
    ipv6-address-generation: eui64
    ipv6-mtu: 1400
    ipv6-privacy: true
    macaddress: "52:54:00:12:34:56"
    mtu: "1500"
    nameservers: {search: [lan.example], addresses: [192.0.2.53, "2001:db8::53"]}
    optional-addresses: [ipv4-ll, dhcp6]
    routes:
    - {to: default, via: 192.0.2.1, metric: 100, table: 101, on-link: true, mtu: 1400}
    - {to: 198.51.100.0/24, via: 192.0.2.2, from: 192.0.2.5, scope: global, type: unicast}
    - {to: 203.0.113.0/24, via: 192.0.2.3, congestion-window: 10, advertised-receive-window: 20}
    routing-policy:
    - {from: 192.0.2.0/24, table: 101, priority: 50, mark: 3, type-of-service: 8}
  sriov: {}
  vf: {link: sriov, dhcp4: no}
  dot1x:
    auth:
      key-management: 802.1x
      method: peap
      identity: host@example
      anonymous-identity: anonymous
      password: secret
      ca-certificate: /etc/ssl/ca.pem
      phase2-auth: MSCHAPV2
`,
  `network:
  version: 2
  ethernets:
    eth0: {}
    eth1: {}
    eth2: {}
    eth3: {}
  bonds:
    bond0:
      interfaces: [eth0, eth1]
      parameters:
        mode: active-backup
        primary: eth0
        mii-monitor-interval: 100
        min-links: 1
        up-delay: 0
        down-delay: "10ms"
        arp-interval: 100
        arp-ip-targets: [192.0.2.1]
        arp-validate: all
        arp-all-targets: any
        fail-over-mac-policy: active
        gratuitous-arp: 2
        packets-per-slave: 1
        primary-reselect-policy: always
        resend-igmp: 1
        learn-packet-interval: 2
        all-slaves-active: true
  bridges:
    br0:
      interfaces: [eth2, eth3]
      parameters:
        stp: true
        priority: 100
        ageing-time: 300
        forward-delay: 4
        hello-time: 2
        max-age: 12
        path-cost: {eth2: 10, eth3: 20}
        port-priority: {eth2: 10}
      addresses: [192.0.2.9/24]
  vlans:
    vlan5: {id: 5, link: bond0, addresses: [198.51.100.5/24]}
  vrfs:
    red:
      table: 1005
      interfaces: [br0]
      routes: [{to: default, via: 192.0.2.4}]
      routing-policy: [{from: 192.0.2.42}]
`,
  `version: 2
wifis:
  wlan0:
    dhcp4: true
    regulatory-domain: DE
    wakeonwlan: [magic_pkt]
    access-points:
      office:
        password: "a long password"
        mode: infrastructure
        band: 5GHz
        channel: 36
        bssid: "00:11:22:33:44:55"
        hidden: true
      guest: {}
      enterprise:
        auth: {key-management: eap, method: ttls, identity: me, password: secret}
`,
  `version: 2
tunnels:
  wg0:
    mode: wireguard
    key: 4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8=
    port: 51820
    mark: 42
    addresses: [198.51.100.1/24]
    peers:
    - keys: {public: M9nt4YujIOmNrRmpIRTmYSfMdrpvE7u6WkG8FY8WjG4=, shared: 7voRZ/ojfXgfPOlswo3Lpma1RJq7qijIEEUEMShQFV8=}
      allowed-ips: [0.0.0.0/0]
      keepalive: 23
      endpoint: 192.0.2.2:5
  gre0: {mode: gre, local: 192.0.2.5, remote: 192.0.2.6, ttl: 64}
  gre1: {mode: gretap, local: 192.0.2.5, remote: 192.0.2.7, keys: {input: 1234, output: 5678}}
  vx0: {mode: vxlan, id: 5, link: eth0, local: 192.0.2.5, mac-learning: true, port-range: [4000, 4200]}
ethernets: {eth0: {addresses: [192.0.2.5/24]}}
`,
  `version: 2
modems:
  wwan0: {apn: internet, username: me, password: secret, pin: 1234, number: "*99#", network-id: a, sim-id: b}
dummy-devices:
  dm0: {addresses: [192.0.2.77/32], activation-mode: manual}
renderer: NetworkManager
`,
  `version: 2
openvswitch:
  external-ids: {mark: one}
  other-config: {disable-in-band: true}
  protocols: [OpenFlow13]
ethernets: {eth0: {}, eth1: {}}
bridges:
  ovs0:
    interfaces: [eth0]
    openvswitch: {fail-mode: secure, mcast-snooping: true, rstp: true, protocols: [OpenFlow10]}
`,
  "version: 2\nethernets:\n  eth0:\n",
  "version: 2\nethernets: {eth0: {dhcp4: maybe}}\n",
  "version: 2\nethernets: {eth0: {adresses: [192.0.2.5/24]}}\n",
  "version: 2\nethernets: {eth0: {addresses: 192.0.2.5/24}}\n",
  "version: 2\nethernets: {eth0: {routes: [{too: default, via: 192.0.2.1}]}}\n",
  "version: 2\nethernets: {eth0: {dhcp4: 1}}\n",
  "version: 2\nethernets: {eth0: {mtu: 1.5}}\n",
  "version: 2\nrenderer: eni\n",
  "version: 2\nethernets: {eth0: {match: {macaddres: 'a'}}}\n",
];
