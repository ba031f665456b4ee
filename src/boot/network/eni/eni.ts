import type { Since } from "../../../distro/version.ts";
import { asDict, text as asText, items } from "../../../python/checked.ts";
import { deepCopy, dictOf, type PyDict } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { compare } from "../../../python/order.ts";
import { pyStr } from "../../../python/value.ts";
import { checkOrder } from "../state/nameOrder.ts";
import { asKey, isUnknown } from "../state/names.ts";
import type { NetworkState } from "../state/state.ts";
import { EniInterface } from "./eniInterface.ts";
import { renderEniRoute } from "./eniRoute.ts";

/** Physical interfaces come first, as bonds require. */
const TYPES = ["loopback", "physical", "infiniband", "bond", "bridge", "vlan"];

/**
 * The text of cloud-init's renderer for ifupdown, without its header (net/eni.py, 18.5 to 26.2).
 * @param hasIp whether the image has ip(8), with which routes are set since 25.3
 * @throws Raises if the renderer raises
 */
export function renderEni(state: NetworkState, hasIp: boolean, since: Since): string {
  const usesIp = hasIp && since("25.3");
  const interfaces = [...state.interfaces.values()];
  const sections = new EniInterface(loopback(state, interfaces, since), usesIp, since).render();
  const others = [...state.interfaces].map(([id, iface]) => {
    const name = asKey(iface.get("name"));
    return { iface, rank: rankOf(iface), name: isUnknown(name) ? id : name };
  });
  for (const rank of TYPES.keys()) checkOrder(others.filter((other) => other.rank === rank).map(({ name }) => name));
  others.sort((a, b) => a.rank - b.rank || compare(a.name, b.name));
  for (const { iface, name } of others)
    if (name !== "lo") for (const one of new EniInterface(iface, usesIp, since).render()) sections.push(one);
  for (const route of state.routes) sections.push(renderEniRoute(route, "", usesIp, since));
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function rankOf(iface: PyDict): number {
  const rank = TYPES.indexOf(pyStr(iface.get("type")));
  if (rank < 0) throw new Raises(`the interface ${pyStr(iface.get("name"))} has an unknown type`);
  return rank;
}

/** The interface that is always up; it has the name servers without an interface. */
function loopback(state: NetworkState, interfaces: readonly PyDict[], since: Since): PyDict {
  const given = interfaces.filter((iface) => iface.get("name") === "lo").at(-1);
  const subnet = dictOf({ type: "loopback", control: "auto" });
  const lo =
    given === undefined ? dictOf({ name: "lo", type: "physical", inet: "inet", subnets: [subnet] }) : deepCopy(given);
  for (const [key, values] of [
    ["dns_nameservers", state.nameservers],
    ["dns_search", state.search],
  ] as const) {
    if (values.length === 0) continue;
    const first = items(lo.get("subnets") ?? [], "subnets")[0];
    if (first === undefined) throw new Raises("the loopback interface has name servers but no subnet");
    asDict(first, "a subnet").set(
      key,
      since("25.2") ? [...values] : values.map((value) => asText(value, "a name server")).join(" "),
    );
  }
  return lo;
}
