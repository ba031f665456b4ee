import { parseInterfaces, settingOf } from "../../../services/network/interfaces.ts";
import { network } from "../../../services/network.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { overwritten } from "../overwritten.ts";
import { isOfNetwork } from "./cloudInitsProfiles.ts";

/**
 * Finds network settings that the boot changes or removes. A stanza for ifupdown that stays in its file is not among them:
 * network-configuration-joined reports that cloud-init adds one for the same interface.
 */
export function networkConfigurationReplaced(rule: Rule, context: CheckContext): Finding[] {
  const { readable } = context.settings(network);
  const kept = readable ? keptStanzas(context) : new Set<string>();
  return overwritten(rule, {
    ...context,
    settings(service) {
      const settings = context.settings(service);
      const without = (side: "before" | "after") => settings[side].filter(({ key }) => !kept.has(key));
      return service === network ? { ...settings, before: without("before"), after: without("after") } : settings;
    },
  });
}

/** The keys of the interfaces of which the boot changes no stanza. */
function keptStanzas(context: CheckContext): Set<string> {
  const before = parseInterfaces(context.image).stanzas.map(settingOf);
  const left = new Set(parseInterfaces(context.booted.after).stanzas.map(settingOf).map(identity));
  const kept = new Set(before.map(({ key }) => key));
  for (const stanza of before)
    if (isOfNetwork(context, stanza.path!) || !left.has(identity(stanza))) kept.delete(stanza.key);
  return kept;
}

function identity({ key, value, path, line }: ReturnType<typeof settingOf>): string {
  return [key, value, path, line].join("\n");
}
