import { defineChange } from "../../../distro/library/change.ts";
import { unknown } from "../../../image/unknown.ts";
import { dictOf, type PyDict } from "../../../python/dataModel.ts";
import { truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** Distros that keep their own configuration unless system_info.disable_fallback_netcfg is false. */
const WITHOUT_FALLBACK = ["photon", "mariner"];

/** Since 24.1, and in Red Hat's 23.4. */
const ASKS_FOR_IPV6 = defineChange({
  name: "the network without configuration is DHCP of IPv6 too",
  file: "net/__init__.py",
  since: "24.1",
  made: /def generate_fallback_config\((?:(?!\ndef )[\s\S]){1,4000}["']dhcp6["']: True/,
  beside: /def generate_fallback_config\(/,
});

/**
 * DHCP on the interface that is most likely connected (net.generate_fallback_config, 18.5 to 26.2); undefined if the
 * distro disables it. The interface's name and MAC address are those of the machine.
 */
export function fallbackConfig(boot: ModuleRun): PyDict | undefined {
  const disabled = boot.config.node("system_info", "disable_fallback_netcfg");
  const keeping = boot.since("26.1") ? [...WITHOUT_FALLBACK, "raspberry-pi-os"] : WITHOUT_FALLBACK;
  if (keeping.includes(boot.facts.name) && (disabled === undefined || truthy(disabled))) return undefined;
  const name = unknown("the first interface");
  const mac = unknown("its MAC address");
  if (!boot.since("19.3")) {
    const device = dictOf({ type: "physical", name, mac_address: mac, subnets: [dictOf({ type: "dhcp" })] });
    return dictOf({ version: 1, config: [device] });
  }
  const device = dictOf({ dhcp4: true, "set-name": name, match: dictOf({ macaddress: mac }) });
  if (boot.fact(ASKS_FOR_IPV6)) device.set("dhcp6", true);
  return dictOf({ version: 2, ethernets: dictOf({ [name]: device }) });
}
