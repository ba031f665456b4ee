import type { PyDict } from "../../../python/dataModel.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { NetworkState } from "../state/state.ts";

/**
 * The rules that give physical interfaces their names by MAC address (net/renderer.py and net/udev.py, 18.5 to 26.2).
 */
export function renderUdevRules(state: NetworkState): string {
  return [...state.interfaces.values()].map(rule).join("");
}

function rule(iface: PyDict): string {
  if (iface.get("type") !== "physical" || !truthy(iface.get("mac_address"))) return "";
  const driver = iface.get("driver");
  const clauses = [
    'SUBSYSTEM=="net"',
    'ACTION=="add"',
    `DRIVERS=="${truthy(driver) ? pyStr(driver) : "?*"}"`,
    `ATTR{address}=="${pyStr(iface.get("mac_address"))}"`,
    `NAME="${pyStr(iface.get("name"))}"`,
  ];
  return `${clauses.join(", ")}\n`;
}
