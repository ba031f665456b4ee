import { defineChange } from "../../../distro/library/change.ts";
import { defineFact } from "../../../distro/library/fact.ts";
import { isDict } from "../../../python/dataModel.ts";

// Red Hat's 23.1.1 and 23.4 have some that upstream made later.
const FILE = "net/network_manager.py";

/** NetworkManager's methods by types of subnets; the renderer does not support others. */
export const METHODS = defineFact({
  name: "NetworkManager's methods by types of subnets",
  file: FILE,
  read: (source): ReadonlyMap<string, string> | undefined => {
    const map = source.value("NMConnection._set_ip_method.method_map");
    if (!isDict(map)) return undefined;
    const methods = [...map].flatMap(([type, method]) =>
      typeof type === "string" && typeof method === "string" ? [[type, method] as const] : [],
    );
    return methods.length === map.size ? new Map(methods) : undefined;
  },
  byVersion: (since): ReadonlyMap<string, string> =>
    new Map([
      ["static", "manual"],
      ...(since("23.2") ? [["static6", "manual"] as const] : []),
      ["dhcp6", since("22.3.1") ? "auto" : "dhcp"],
      ["ipv6_slaac", "auto"],
      ["ipv6_dhcpv6-stateless", "auto"],
      ["ipv6_dhcpv6-stateful", since("23.2") ? "dhcp" : "auto"],
      ["dhcp4", "auto"],
      ["dhcp", "auto"],
    ]),
});

/** Profiles come before those that other programs make: since 23.2, and in Red Hat's 23.1.1. */
export const HAS_PRIORITY = defineChange({
  name: "profiles of NetworkManager have a priority",
  file: FILE,
  since: "23.2",
  made: /["']autoconnect-priority["']/,
  beside: /["']org\.freedesktop\.NetworkManager\.origin["']/,
});

/** A file sets how NetworkManager derives IPv6 addresses: since 23.3, and in Red Hat's 23.1.1. */
export const SETS_ADDRESS_MODE = defineChange({
  name: "a file for NetworkManager sets how IPv6 addresses are derived",
  file: FILE,
  since: "23.3",
  made: /["']30-cloud-init-ip6-addr-gen-mode\.conf["']/,
  beside: /\.nmconnection\b/,
});

/** Routes belong to their own family of addresses, not to that of their subnet. */
export const SORTS_ROUTES = defineChange({
  name: "routes in profiles of NetworkManager belong to their own family",
  file: FILE,
  since: "24.1",
  made: /def _add_route\(self, route\b/,
  beside: /def _add_route\(/,
});

/** Name servers and search domains go to the families that have other settings; an interface without its own gets all. */
export const SORTS_DNS = defineChange({
  name: "profiles of NetworkManager without name servers get those of the machine",
  file: FILE,
  since: "24.1",
  made: /def render_interface\(self, iface, network_state\b/,
  beside: /def render_interface\(/,
});

/** DHCP of one family may fail if that of the other does not. */
export const RELAXES_DHCP = defineChange({
  name: "DHCP of one family may fail in profiles of NetworkManager",
  file: FILE,
  since: "24.1",
  made: /def _set_mayfail_true_if_both_false_dhcp\(/,
  beside: /def _set_ip_method\(/,
});

/** The renderer is available without NetworkManager's configuration file: since 24.1, and in SUSE's 23.3. */
export const NEEDS_NO_CONFIG = defineChange({
  name: "NetworkManager needs no configuration file",
  file: FILE,
  since: "24.1",
  made: /\breturn bool\(nmcli_present\)/,
  beside: /\bconfig_present\b/,
});

/** That family is the gateway's: only in Red Hat's 23.4, since upstream's 24.1 looks at the network. */
export const SORTS_BY_GATEWAY = defineChange({
  name: "the family of a route in profiles of NetworkManager is that of its gateway",
  file: FILE,
  since: undefined,
  made: /\bis_ipv6_network\(route\["gateway"\]\)/,
  beside: /def _add_route\(/,
});
