import type { Since } from "../../../distro/version.ts";
import { asDict, items } from "../../../python/checked.ts";
import { isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import { Raises } from "../../../python/errors.ts";
import { sortedKeys } from "../../../python/order.ts";
import { Bytes, Float, Time } from "../../../python/scalars.ts";
import { pyStr, truthy } from "../../../python/value.ts";

/**
 * The MAC addresses that must be on the machine for the configuration to be applied (networking.wait_for_physdevs, 19.3
 * to 26.2): those of interfaces that are renamed.
 * @throws Raises if the real function raises, since the form of the configuration is unknown
 */
export function expectedMacs(network: PyDict): string[] {
  const version = versionOf(network);
  if (version === 1) {
    const config = network.has("config") ? items(network.get("config"), "config") : [];
    return config.flatMap((item) => {
      const device = asDict(item, "an entry of config");
      const mac = device.get("mac_address");
      if (device.get("type") !== "physical" || !truthy(mac)) return [];
      if (device.has("params")) asDict(device.get("params"), "params");
      return [pyStr(mac)];
    });
  }
  if (version !== 2) throw new Raises(`unknown version of the network configuration: ${pyStr(network.get("version"))}`);
  const ethernets = network.has("ethernets") ? asDict(network.get("ethernets"), "ethernets") : new Map();
  return [...ethernets.values()].flatMap((item: PyValue) => {
    const device = asDict(item, "an interface");
    if (!truthy(device.get("set-name"))) return [];
    const mac = device.has("match") ? asDict(device.get("match"), "match").get("macaddress") : undefined;
    return truthy(mac) ? [pyStr(mac)] : [];
  });
}

function versionOf(network: PyDict): number | undefined {
  const version = network.get("version") ?? null;
  if (typeof version === "number" || typeof version === "boolean") return Number(version);
  return version instanceof Float ? version.value : undefined;
}

/**
 * Since 23.4 the configuration is stored as JSON before it is applied, which fails for dates and bytes, and for keys of
 * several types in one mapping.
 * @throws Raises
 */
export function checkJson(network: PyValue, since: Since): void {
  if (!since("23.4")) return;
  const seen = new Set<PyValue>();
  const check = (value: PyValue): void => {
    if (value instanceof Time || value instanceof Bytes)
      throw new Raises(`the network configuration contains a value that JSON cannot represent: ${pyStr(value)}`);
    if (seen.has(value)) return;
    if (Array.isArray(value)) {
      seen.add(value);
      value.forEach(check);
    } else if (isDict(value)) {
      seen.add(value);
      sortedKeys([...value.keys()]);
      for (const item of value.values()) check(item);
    }
  };
  check(network);
}
