import type { Since } from "../../../distro/version.ts";
import type { PyDict } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { pyStr } from "../../../python/value.ts";
import { parseIpv6 } from "../state/ipAddress.ts";

/**
 * The two lines that set and delete a route in an interfaces file (eni.Renderer._render_route, 18.5 to 26.2). They end
 * in `|| true`, so that ifup continues if the route already exists.
 */
export function renderEniRoute(route: PyDict, indent: string, usesIp: boolean, since: Since): string[] {
  const network = need(route, "network");
  const family = usesIp ? " -family inet6" : "";
  const isIpv6 = since("25.2")
    ? parseIpv6(network) !== undefined
    : route.get("network") === network && network.includes(":");
  const via = usesIp ? "via" : "gw";
  let destination: string;
  let isDefault = true;
  if (network === "0.0.0.0" && need(route, "netmask") === "0.0.0.0") destination = " default";
  else if (network === "::" && route.get("prefix") === 0) destination = usesIp ? " default" : " -A inet6 default";
  else {
    isDefault = false;
    const prefix = route.has("prefix") ? ` ${network}/${pyStr(route.get("prefix"))}` : "";
    const mask = route.has("netmask") ? ` netmask ${pyStr(route.get("netmask"))}` : "";
    if (since("19.1")) destination = (usesIp ? "" : kindOfDestination(route, isIpv6, since)) + prefix;
    else destination = ` -net ${network}${mask}`;
  }
  const gateway = need(route, "gateway");
  const metric = route.has("metric") ? ` metric ${pyStr(route.get("metric"))}` : "";
  const rest = `${destination} ${via} ${gateway}${metric} || true`;
  const before = usesIp && (isDefault ? network === "::" : isIpv6) ? family : "";
  return usesIp
    ? [`${indent}post-up ip${before} route add${rest}`, `${indent}pre-down ip${before} route del${rest}`]
    : [`${indent}post-up route add${rest}`, `${indent}pre-down route del${rest}`];
}

function kindOfDestination(route: PyDict, isIpv6: boolean, since: Since): string {
  if (isIpv6) return " -A inet6";
  return route.get("prefix") === 32 && since("21.1") ? " -host" : " -net";
}

function need(route: PyDict, key: string): string {
  if (!route.has(key)) throw new Raises(`a route has no ${key}`);
  return pyStr(route.get(key));
}
