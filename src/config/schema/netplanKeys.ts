import {
  any,
  either,
  type Form,
  flag,
  type Keys,
  keys,
  list,
  matching,
  named,
  secret,
  unchecked,
  values,
  whole,
} from "./forms.ts";

/** Strings that libnetplan reads as a boolean or as a number. */
export const BOOLEAN = "^([Tt][Rr][Uu][Ee]|[Oo][Nn]|[Yy]([Ee][Ss])?|[Ff][Aa][Ll][Ss][Ee]|[Oo][Ff][Ff]|[Nn][Oo]?)$";
export const WHOLE_NUMBER = "^[0-9]*$";

/** libnetplan reads a scalar as the text that stands in the file, whatever YAML makes of it (parse.c, 0.106 to 1.2). */
const scalar: Form = { type: ["string", "number", "boolean", "null"] };
const scalars = list(scalar);
const bool = either(flag, matching(BOOLEAN));
const number = either({ ...whole, minimum: 0 }, matching(WHOLE_NUMBER));

function all(form: Form, names: string): Keys {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, form]),
  );
}

const dhcpOverrides = keys({
  ...all(bool, "send-hostname use-dns use-hostname use-mtu use-ntp use-routes"),
  ...all(scalar, "hostname use-domains"),
  "route-metric": number,
});

const route = keys(
  {
    ...all(scalar, "from scope to type via"),
    ...all(number, "advertised-mss advertised-receive-window congestion-window metric mtu table"),
    "on-link": bool,
  },
  ["to"],
);

const passthrough = secret("password", unchecked({}));
const networkManager = keys({ ...all(scalar, "device name stable-id uuid"), passthrough });

/** What 802.1X asks for. */
const auth = secret(
  "password",
  keys({
    ...all(
      scalar,
      "anonymous-identity ca-certificate client-certificate client-key identity key-management method phase2-auth",
    ),
    ...all(secret("password", scalar), "client-key-password password"),
  }),
);

const openvswitch = keys({
  controller: keys({ addresses: scalars, "connection-mode": scalar }),
  "external-ids": named(scalar),
  ...all(scalar, "fail-mode lacp"),
  ...all(bool, "mcast-snooping rstp"),
  "other-config": named(scalar),
  protocols: scalars,
});

/** Keys of every kind of device; the last two only cloud-init's networkd renderer reads (net/networkd.py, 21.1 to 26.2). */
const common: Keys = {
  ...all(bool, "accept-ra critical dhcp4 dhcp6 hairpin ignore-carrier ipv6-privacy neigh-suppress"),
  ...all(bool, "optional port-mac-learning"),
  ...all(scalar, "activation-mode dhcp-identifier gateway4 gateway6 ipv6-address-generation ipv6-address-token"),
  ...all(scalar, "macaddress renderer"),
  ...all(number, "ipv6-mtu mtu"),
  addresses: list(either(scalar, named(keys(all(scalar, "label lifetime"))))),
  "dhcp4-overrides": dhcpOverrides,
  "dhcp6-overrides": dhcpOverrides,
  "link-local": scalars,
  nameservers: keys({ addresses: scalars, search: scalars }),
  networkmanager: networkManager,
  openvswitch,
  "optional-addresses": scalars,
  "ra-overrides": keys({ table: number, "use-dns": bool, "use-domains": scalar }),
  routes: list(route),
  "routing-policy": list(keys({ ...all(scalar, "from to"), ...all(number, "mark priority table type-of-service") })),
  dhcp4domain: scalar,
  dhcp6domain: scalar,
};

const physical: Keys = {
  ...all(bool, "emit-lldp generic-receive-offload generic-segmentation-offload large-receive-offload wakeonlan"),
  ...all(bool, "receive-checksum-offload tcp-segmentation-offload tcp6-segmentation-offload transmit-checksum-offload"),
  match: keys({ driver: either(scalar, scalars), macaddress: scalar, name: scalar }),
  "set-name": scalar,
  wakeonwlan: scalars,
};

/** Devices by their names. */
function devices(more: Keys): Form {
  return named(keys({ ...common, ...more }));
}

/** Spellings after the first ones are older; `arp-ip-target` is that of cloud-init's own renderers (net/network_state.py). */
const bondParameters = keys({
  ...all(scalar, "ad-select arp-all-targets arp-interval arp-validate down-delay fail-over-mac-policy lacp-rate"),
  ...all(scalar, "learn-packet-interval mii-monitor-interval mode primary primary-reselect-policy"),
  ...all(scalar, "transmit-hash-policy up-delay"),
  ...all(number, "gratuitous-arp min-links packets-per-member resend-igmp"),
  "all-members-active": bool,
  "arp-ip-targets": scalars,
  ...all(number, "gratuitious-arp packets-per-slave"),
  "all-slaves-active": bool,
  "arp-ip-target": either(scalar, scalars),
});

const bridgeParameters = keys({
  ...all(scalar, "ageing-time aging-time forward-delay hello-time max-age"),
  ...all(named(number), "path-cost port-priority"),
  priority: number,
  stp: bool,
});

const hiddenKey = secret("key", scalar);
const tunnelKeys = secret(
  "key",
  either(scalar, keys({ ...all(hiddenKey, "input output private"), "private-key-flags": secret("key", scalars) })),
);

const tunnel: Keys = {
  ...all(scalar, "link local mode remote"),
  ...all(number, "ageing aging flow-label id limit mark port ttl type-of-service"),
  ...all(bool, "arp-proxy do-not-fragment mac-learning short-circuit"),
  ...all(scalars, "checksums extensions notifications"),
  ...all(tunnelKeys, "key keys"),
  "port-range": list(either(number, list(any))),
  peers: list(
    keys({
      "allowed-ips": scalars,
      endpoint: scalar,
      keepalive: number,
      keys: keys({ public: scalar, shared: hiddenKey }),
    }),
  ),
};

const accessPoint = keys({
  ...all(scalar, "band bssid mode"),
  auth,
  channel: number,
  hidden: bool,
  networkmanager: networkManager,
  password: secret("password", scalar),
});

/** The kinds of devices, and their keys besides the common ones, that netplan takes and cloud-init's own schema does not. */
const NETPLAN_ONLY: Keys = {
  "dummy-devices": devices({}),
  modems: devices({
    ...physical,
    ...all(scalar, "apn device-id network-id number sim-id sim-operator-id username"),
    ...all(secret("password", scalar), "password pin"),
    "auto-config": bool,
  }),
  // Everything about these is for NetworkManager.
  "nm-devices": unchecked({}, unchecked({ networkmanager: unchecked({ passthrough }) })),
  openvswitch: keys({
    "external-ids": named(scalar),
    "other-config": named(scalar),
    ports: any,
    protocols: scalars,
    ssl: keys(all(scalar, "ca-cert certificate private-key")),
  }),
  tunnels: devices(tunnel),
  "virtual-ethernets": devices({ peer: scalar }),
  vrfs: devices({ interfaces: scalars, table: number }),
  wifis: devices({
    ...physical,
    "access-points": named(accessPoint),
    auth,
    "regulatory-domain": scalar,
  }),
};

/**
 * Network configuration of version 2: what netplan reads, which is more than cloud-init's own schema names (24.2 to
 * 26.2), and the keys that only cloud-init's renderers read.
 */
export const netplanKeys: Keys = {
  ...NETPLAN_ONLY,
  bonds: devices({ interfaces: scalars, parameters: bondParameters }),
  bridges: devices({ interfaces: scalars, parameters: bridgeParameters }),
  ethernets: devices({
    ...physical,
    ...all(scalar, "embedded-switch-mode infiniband-mode link"),
    auth,
    "delay-virtual-functions-rebind": bool,
    "virtual-function-count": number,
  }),
  renderer: values("networkd", "NetworkManager"),
  version: values(2),
  vlans: devices({ id: number, link: scalar }),
};
