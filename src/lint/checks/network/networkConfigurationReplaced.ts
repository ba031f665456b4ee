import type { BootResult } from "../../../boot/boot.ts";
import type { Image } from "../../../image/image.ts";
import { parseInterfaces, settingOf } from "../../../services/network/interfaces.ts";
import { network } from "../../../services/network.ts";
import type { Finding, Loss } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { blamed, byCause, type CheckContext, withFix } from "../check.ts";
import { overwritten } from "../overwritten.ts";
import { isOfNetwork } from "./cloudInitsProfiles.ts";

/**
 * Finds network settings that the boot changes or removes. A stanza for ifupdown that stays in its file is not among them:
 * network-configuration-joined reports that cloud-init adds one for the same interface.
 */
export function networkConfigurationReplaced(rule: Rule, context: CheckContext): Finding[] {
  const { readable } = context.settings(network);
  const kept = readable ? keptStanzas(context) : new Set<string>();
  const replaced = overwritten(rule, {
    ...context,
    settings(service) {
      const settings = context.settings(service);
      const without = (side: "before" | "after") => settings[side].filter(({ key }) => !kept.has(key));
      return service === network ? { ...settings, before: without("before"), after: without("after") } : settings;
    },
  });
  return readable ? [...replaced, ...perhapsReplaced(rule, context)] : replaced;
}

/**
 * Finds files for one interface that cloud-init writes if the machine has that interface: its renderer names files by
 * interface, and only the launch says which there are. What installers write is nobody's request.
 */
function perhapsReplaced(rule: Rule, context: CheckContext): Finding[] {
  const before = new Map(context.settings(network).before.map((setting) => [setting.key, setting] as const));
  const lost = context.booted.changes.flatMap(({ path, certainty, op, blames }) => {
    const [blame] = blames;
    const setting = before.get(path);
    if (certainty !== "possible" || op !== "modified" || blame?.module !== "network") return [];
    if (setting === undefined || setting.path !== path || /[/-]lo$/.test(path)) return [];
    const evidence = context.evidence.of(network, setting);
    if (evidence === undefined || evidence.strength === "weak") return [];
    const loss: Loss = { path, line: null, setting: path, before: setting.value, after: null };
    return context.isLossIgnored(rule, blame.cause.path, loss) ? [] : [{ blame, evidence, loss }];
  });
  return byCause(lost).map((group): Finding => {
    const { blame, evidence } = group[0]!;
    const losses = group.slice(0, MOST_LOSSES).map(({ loss }) => loss);
    const paths = new Set(group.map(({ loss }) => loss.path));
    // A digest says nothing to a reader.
    const shown = ({ path, before }: Loss) => (/, sha256 \w+$/.test(before ?? "") ? path : `${path} (${before})`);
    const them = paths.size === 1 ? "its interface" : "their interfaces";
    const finding: Omit<Finding, "proveFix"> = {
      rule: rule.id,
      severity: rule.severity === "error" ? "warning" : rule.severity,
      confidence: "likely",
      message: `cloud-init's network replaces ${shortList(losses.map(shown))} if it configures ${them}.`,
      service: network.name,
      ...blamed(blame),
      losses,
      evidence: evidence.text,
    };
    const keeps = (_after: Image, booted: BootResult) => !booted.changes.some(({ path }) => paths.has(path));
    return withFix(finding, () => context.fix(rule, blame.cause, { key: losses[0]!.path }, keeps));
  });
}

const MOST_LOSSES = 100;

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
