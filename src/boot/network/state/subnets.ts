import type { Since } from "../../../distro/version.ts";
import { text as asText } from "../../../python/checked.ts";
import type { PyDict } from "../../../python/dataModel.ts";
import { pyStr } from "../../../python/value.ts";
import { parseIpv6 } from "./ipAddress.ts";

/** Types of subnets that mean DHCPv6 or router advertisements (network_state.IPV6_DYNAMIC_TYPES). */
export const DYNAMIC_IPV6 = ["dhcp6", "ipv6_slaac", "ipv6_dhcpv6-stateless", "ipv6_dhcpv6-stateful"];

/** Whether a subnet is of IPv6 (network_state.subnet_is_ipv6). */
export function isIpv6Subnet(subnet: PyDict, since: Since): boolean {
  const type = asText(subnet.get("type"), "the type of a subnet");
  if (type.endsWith("6")) return true;
  if (since("19.4") ? DYNAMIC_IPV6.includes(type) : since("19.3") && type.startsWith("ipv6")) return true;
  if (type !== "static") return false;
  const address = pyStr(subnet.get("address"));
  return since("22.2") ? parseIpv6(address) !== undefined : address.includes(":");
}
