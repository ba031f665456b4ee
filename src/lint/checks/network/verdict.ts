import { type Image, readText } from "../../../image/image.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { NetworkProfile } from "../../../services/network/profiles.ts";
import type { CheckContext } from "../check.ts";
import { deviceOf } from "./cloudInitsProfiles.ts";
import { isEnabled } from "./programs.ts";

/** Which of two profiles of an interface takes effect. */
export interface Verdict {
  readonly winner: "image" | "cloud-init" | "both" | "either";
  readonly isCertain: boolean;
  /** The addresses that the image's profile adds to cloud-init's, if both take effect; undefined if that is unknown. */
  readonly adds?: readonly string[];
  /** Who decides, and how. */
  readonly sentence: string;
}

/** Compares a profile of the image with one that cloud-init adds for the same interface. */
export function verdictOn(own: NetworkProfile, added: NetworkProfile, context: CheckContext): Verdict {
  if (
    own.kind === "netplan" &&
    added.kind === "netplan" &&
    (own.name === added.name || hasUnknown(added.name) || added.name === "")
  )
    return merged(own, added);
  if (own.program !== added.program)
    return either(`${own.program} and ${added.program} both configure it, and the one that is later wins.`);
  switch (own.program) {
    case "systemd-networkd":
      return firstByName(own, added);
    case "NetworkManager":
      if (own.kind === "ifcfg" && added.kind === "ifcfg" && usesScripts(context.image))
        return { winner: "both", isCertain: false, sentence: "The network scripts apply both files." };
      return byPriority(own, added, context);
    case "ifupdown":
      return { winner: "both", isCertain: true, sentence: "ifupdown applies both stanzas." };
    case "wicked":
      return either("wicked applies both files.");
  }
}

/** Whether the network scripts of Red Hat read ifcfg files, and not NetworkManager. */
function usesScripts(image: Image): boolean {
  const scripts = "/etc/sysconfig/network-scripts/network-functions";
  return image.stat(scripts) !== undefined && !isEnabled(image, "NetworkManager");
}

function either(sentence: string): Verdict {
  return { winner: "either", isCertain: false, sentence };
}

/** netplan collects lists, and for other keys the file whose name sorts last wins (netplan 0.106 to 1.1, generate). */
function merged(own: NetworkProfile, added: NetworkProfile): Verdict {
  const ownIsLast = own.path > added.path;
  const left = own.addressing.filter((one) => {
    const key = one === "DHCP" ? "dhcp4" : one === "DHCPv6" ? "dhcp6" : undefined;
    return !added.addressing.includes(one) && (key === undefined || ownIsLast || !added.switches.has(key));
  });
  const device = deviceOf(added) ?? "it";
  const keeps = left.length === 0 ? "" : `: ${device} has ${left.slice(0, 3).join(", ")} as well`;
  const last = ownIsLast ? own.path : added.path;
  return {
    winner: "both",
    isCertain: true,
    adds: left,
    sentence: `netplan merges the two${keeps}; where both set a key, ${last.slice(last.lastIndexOf("/") + 1)} wins, which sorts last.`,
  };
}

/** The first file by name that matches, in whichever directory (systemd.network(5)). */
function firstByName(own: NetworkProfile, added: NetworkProfile): Verdict {
  const [ownName, addedName] = [networkdName(own), networkdName(added)];
  const isOwn = ownName < addedName;
  const order = hasUnknown(addedName) ? "" : ` (${[ownName, addedName].sort().join(" before ")})`;
  return {
    winner: isOwn ? "image" : "cloud-init",
    isCertain: true,
    sentence: `systemd-networkd uses only the file that sorts first, ${isOwn ? "the image's" : "cloud-init's"}${order}, and ignores the other one.`,
  };
}

/** netplan writes one file per definition for systemd-networkd. */
function networkdName({ kind, name }: NetworkProfile): string {
  return kind === "netplan" ? `10-netplan-${name}.network` : name;
}

/** NetworkManager's default if a profile does not set its priority. */
const DEFAULT_PRIORITY = 0;

/** The highest autoconnect-priority, then the profile used last (nm-settings-nmcli(5), connection.autoconnect-priority). */
function byPriority(own: NetworkProfile, added: NetworkProfile, { image }: CheckContext): Verdict {
  const [ownPriority, addedPriority] = [own.priority ?? DEFAULT_PRIORITY, added.priority ?? DEFAULT_PRIORITY];
  if (ownPriority > addedPriority)
    return {
      winner: "image",
      isCertain: true,
      sentence: `NetworkManager uses the image's profile, whose autoconnect-priority is higher (${ownPriority}, cloud-init's is ${addedPriority}).`,
    };
  if (ownPriority < addedPriority)
    return {
      winner: "cloud-init",
      // Until 23.2 cloud-init's profiles have no priority, and an image's own was seen to win nevertheless.
      isCertain: added.priority !== undefined,
      sentence: `NetworkManager prefers cloud-init's profile, whose autoconnect-priority is higher (${addedPriority}, the image's is ${ownPriority})${
        added.priority === undefined ? ", but keeps the image's if it is already active" : ""
      }.`,
    };
  const used = own.uuid !== undefined && usedProfiles(image).has(own.uuid);
  const priority = `the autoconnect-priority of both is ${ownPriority}`;
  if (used)
    return {
      winner: "image",
      isCertain: false,
      sentence: `NetworkManager prefers the image's profile, which was used on the machine that built the image: ${priority}.`,
    };
  return either(`NetworkManager may use either of them: ${priority}.`);
}

/** The UUIDs of the profiles that NetworkManager used on the machine that built the image. */
function usedProfiles(image: Image): Set<string> {
  const lines = (readText(image, "/var/lib/NetworkManager/timestamps") ?? "").split("\n");
  return new Set(lines.flatMap((line) => /^([\da-f-]{36})\s*=/.exec(line)?.[1] ?? []));
}
