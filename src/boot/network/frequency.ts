import type { Config } from "../../config/config.ts";
import type { Program } from "../../distro/library/fact.ts";
import { versionAtLeast } from "../../distro/version.ts";
import { isMapping } from "../../python/checked.ts";
import { defaultUpdateEvents } from "../cloud/updateEvents.ts";
import type { Frequency } from "../frequency.ts";

/** The events that may cause the network to be configured (cloudinit/event.py). */
const EVENTS: readonly unknown[] = ["boot", "boot-new-instance", "boot-legacy", "hotplug"];

/**
 * Whether the network is configured at every boot: since 21.3 `updates` decides, else the datasource
 * (stages.update_event_enabled, 20.4 to 26.2).
 */
export function networkFrequency(config: Config, datasource: string | undefined, cloudInit: Program): Frequency {
  const network = versionAtLeast(cloudInit.version, "21.3") ? (config.get("updates", "network") ?? null) : null;
  const events = isMapping(network) && Array.isArray(network.when) ? network.when : undefined;
  // An unknown event makes the whole list count as empty.
  const isKnown = events?.every((event) => EVENTS.includes(event)) !== false;
  const wanted = isKnown ? new Set<unknown>(events ?? defaultUpdateEvents(cloudInit, datasource)) : new Set();
  const always = wanted.has("boot") || wanted.has("boot-legacy");
  return always ? "always" : "once-per-instance";
}
