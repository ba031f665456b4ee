import { codeOf, defineChange } from "../../../distro/library/change.ts";
import { defineFact } from "../../../distro/library/fact.ts";

const FILE = "net/network_manager.py";

/**
 * Profiles get the name servers of their interfaces or else of all, in families that they have anyway: since 24.1, and in
 * Red Hat's 23.4.
 */
export const WRITES_DNS_OF_ALL = defineChange({
  name: "NetworkManager's profiles get the name servers of all interfaces",
  file: FILE,
  since: "24.1",
  made: /def render_interface\(\s*self,\s*iface,\s*network_state\b/,
  beside: /def render_interface\(/,
});

/** One of two kinds of DHCP may fail: since 24.1, and in Red Hat's 23.4. */
export const RELAXES_DHCP = defineChange({
  name: "one of NetworkManager's two kinds of DHCP may fail",
  file: FILE,
  since: "24.1",
  made: /def _set_mayfail_true_if_both_false_dhcp\(/,
  beside: /def render_interface\(/,
});

/** A route's family is its own, not that of its subnet: since 24.1, and in Red Hat's 23.4. */
export const ROUTES_HAVE_OWN_FAMILY = defineChange({
  name: "NetworkManager's routes have their own family",
  file: FILE,
  since: "24.1",
  made: /def _add_route\(self, route\)/,
  beside: /def _add_route\(/,
});

/** It is that of its gateway: only in Red Hat's 23.4, since upstream's 24.1 looks at its network. */
export const FAMILY_IS_GATEWAYS = defineChange({
  name: "a route's family is that of its gateway",
  file: FILE,
  since: undefined,
  made: /is_ipv6_network\(route\["gateway"\]\)/,
  beside: /def _add_route\(/,
});

/** A profile has the priority 120: since 23.2, and in Red Hat's 23.1.1. */
export const HAS_PRIORITY = defineChange({
  name: "NetworkManager's profiles have a priority",
  file: FILE,
  since: "23.2",
  made: /["']autoconnect-priority["']/,
  beside: /["']org\.freedesktop\.NetworkManager\.origin["']/,
});

/** A static address of IPv6 in version 1: since 23.2, and in Red Hat's 23.1.1. */
export const KNOWS_STATIC6 = defineChange({
  name: "NetworkManager's renderer knows static6",
  file: FILE,
  since: "23.2",
  made: /["']static6["']: ["']manual["']/,
  beside: /\bmethod_map = \{/,
});

/** Stateful DHCPv6 has a method of its own: since 23.2, and in Red Hat's 23.1.1. */
export const STATEFUL_IS_DHCP = defineChange({
  name: "stateful DHCPv6 is NetworkManager's method dhcp",
  file: FILE,
  since: "23.2",
  made: /["']ipv6_dhcpv6-stateful["']: ["']dhcp["']/,
  beside: /\bmethod_map = \{/,
});

/** IPv6 addresses are derived from MAC addresses: since 23.3, and in Red Hat's 23.1.1. */
export const SETS_ADDRESS_MODE = defineChange({
  name: "NetworkManager derives IPv6 addresses from MAC addresses",
  file: FILE,
  since: "23.3",
  made: /\bcloud_init_nm_conf_filename\b/,
  beside: /def conn_filename\(/,
});

/** The renderer needs NetworkManager.conf: until 23.4, but not in SUSE's 23.3. */
export const NEEDS_CONFIG = defineFact({
  name: "NetworkManager's configuration file is looked for",
  file: FILE,
  read: (source) => {
    const code = codeOf(source);
    return /\bisfile\([^\n]*\bNM_CFG_FILE\b/.test(code) || (/def available\(/.test(code) ? false : undefined);
  },
  byVersion: (since) => !since("24.1"),
});
