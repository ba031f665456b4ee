import { type PyDict, str, truthy } from "../../../python/dict.ts";
import type { NetworkState } from "../state/state.ts";

/** The rules that give physical interfaces their names by MAC address (net/renderer.py and net/udev.py, 18.5 to 26.2). */
export function renderUdevRules(state: NetworkState): string {
  return [...state.interfaces.values()].map(rule).join("");
}

function rule(iface: PyDict): string {
  if (iface.get("type") !== "physical" || !truthy(iface.get("mac_address"))) return "";
  const driver = iface.get("driver");
  const clauses = [
    'SUBSYSTEM=="net"',
    'ACTION=="add"',
    `DRIVERS=="${truthy(driver) ? str(driver) : "?*"}"`,
    `ATTR{address}=="${str(iface.get("mac_address"))}"`,
    `NAME="${str(iface.get("name"))}"`,
  ];
  return `${clauses.join(", ")}\n`;
}
