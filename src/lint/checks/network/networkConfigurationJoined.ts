import { hasUnknown } from "../../../image/unknown.ts";
import type { Blame } from "../../../image/writeLog.ts";
import type { NetworkProfile } from "../../../services/network/profiles.ts";
import { appliesTo, readProfiles } from "../../../services/network/profiles.ts";
import { network } from "../../../services/network.ts";
import type { Service, Setting } from "../../../services/service.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { type Finding, type Loss, SEVERITIES, type Severity } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { atMost, blamed, byCause, type CheckContext, noFix, withFix } from "../check.ts";
import { deviceOf, isOfNetwork } from "./cloudInitsProfiles.ts";
import { isEnabled } from "./programs.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** A profile of the image and one that cloud-init adds for the same interface. */
interface Clash {
  readonly own: NetworkProfile;
  readonly added: NetworkProfile;
  readonly verdict: Verdict;
  /** Whether it is certain that both are for one interface. */
  readonly isSame: boolean;
  readonly evidence: Evidence;
  readonly setting: Setting;
}

/** Finds interfaces that the image configures and cloud-init configures again, whatever kinds of files they use. */
export function networkConfigurationJoined(rule: Rule, context: CheckContext): Finding[] {
  const found = clashes(context).flatMap((clash) => {
    const severity = severityOf(clash);
    if (severity === undefined) return [];
    return [{ ...clash, severity, blame: context.responsible(network, clash.setting.key, clash.setting).blame }];
  });
  return atMost(byCause(found), (group) => finding(rule, context, group));
}

/** More interfaces than any machine has; every profile is compared with every other one. */
const MOST_PROFILES = 1000;

function clashes(context: CheckContext): Clash[] {
  const { after } = context.booted;
  const all = readProfiles(after);
  const added = all.filter((profile) => isOfNetwork(context, profile.path)).slice(0, MOST_PROFILES);
  if (added.length === 0) return [];
  const before = new Map(context.settings(network).before.map((setting) => [setting.key, setting] as const));
  const now = new Map(context.settings(network).after.map((setting) => [setting.key, setting] as const));
  const others = all.filter((profile) => profile.autoconnect && !isOfNetwork(context, profile.path));
  const own = others.slice(0, MOST_PROFILES).flatMap((profile) => {
    const setting = before.get(profile.key);
    const evidence = setting && context.evidence.of(network, { ...setting, path: profile.path });
    return evidence === undefined ? [] : [{ profile, evidence }];
  });
  return own.flatMap(({ profile, evidence }) =>
    added.flatMap((other): Clash[] => {
      const setting = now.get(other.key);
      const applies = setting === undefined ? false : appliesTo(profile, other);
      if (applies === false || (profile.program !== other.program && !isEnabled(context.image, profile.program)))
        return [];
      const verdict = verdictOn(profile, other, context);
      return [{ own: profile, added: other, verdict, isSame: applies === true, evidence, setting: setting! }];
    }),
  );
}

/**
 * undefined if nothing is lost that somebody asked for. What an installer wrote is nobody's request, and an unknown
 * interface gets DHCP.
 */
function severityOf({ added, verdict, isSame, evidence, own }: Clash): Severity | undefined {
  const isOwn = evidence.strength !== "weak";
  if (!isSame) return isOwn && verdict.winner !== "image" ? "warning" : undefined;
  if (verdict.winner === "image") return verdict.isCertain ? "error" : "warning";
  if (isOwn) return "warning";
  const adds = verdict.adds ?? own.addressing.filter((one) => !added.addressing.includes(one));
  const addsNothing = adds.length === 0;
  if (verdict.winner === "both" || verdict.winner === "either") return addsNothing ? undefined : "warning";
  return verdict.isCertain || addsNothing ? undefined : "warning";
}

/** A clash in which something is lost. */
interface Lost extends Clash {
  readonly severity: Severity;
  readonly blame: Blame;
}

function finding(rule: Rule, context: CheckContext, clashing: readonly Lost[]): Finding {
  const group = clashing.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const { severity, blame, evidence, verdict, setting } = group[0]!;
  const isCertain = group.every(
    ({ verdict, isSame, setting }) => verdict.isCertain && isSame && !hasUnknown(setting.value),
  );
  const found: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity,
    confidence: isCertain ? "certain" : "likely",
    message: messageOf(group),
    service: network.name,
    ...blamed(blame),
    losses: group.slice(0, MOST_LOSSES).map((clash) => lossOf(clash, context, network)),
    evidence: evidence.text,
  };
  // If the image's profile wins, what the launch asks for is lost: leaving the network to the image would not help.
  if (verdict.winner === "image" || evidence.strength === "weak") return { ...found, proveFix: noFix };
  const { key, value } = setting;
  return withFix(found, () =>
    context.fix(rule, blame.cause, { key }, (image) => context.setting(network, key, image)?.value !== value),
  );
}

const MOST_LOSSES = 100;

function lossOf({ own, setting }: Clash, context: CheckContext, service: Service): Loss {
  const before = context.settings(service).before.find(({ key }) => key === setting.key);
  return {
    path: own.path,
    line: own.line ?? null,
    setting: setting.key,
    before: before?.value ?? null,
    after: setting.value,
  };
}

function messageOf([first, ...others]: readonly Clash[]): string {
  const { own, added, verdict, isSame } = first!;
  const device = deviceOf(added);
  const meant = device ?? deviceOf(own) ?? "The first interface";
  const twice = isSame ? `${meant} is configured twice` : `${meant} may be configured twice`;
  const file = hasUnknown(added.path) ? "a file" : placed(added);
  const which = `by ${placed(own)} in the image${said(own)} and by ${file}, which cloud-init writes${said(added)}`;
  const more = new Set(others.map((clash) => deviceOf(clash.added)).filter((name) => name !== undefined));
  more.delete(meant);
  const also =
    more.size === 0 ? "" : ` ${shortList([...more])} ${more.size === 1 ? "is" : "are"} configured twice as well.`;
  return `${twice}: ${which}. ${verdict.sentence}${also} ${advice(own)} if the launch configures the network.`;
}

function advice(own: NetworkProfile): string {
  return own.kind === "interfaces"
    ? `Remove the stanza at ${placed(own)} before the snapshot`
    : `Delete ${own.path} before the snapshot`;
}

function placed({ path, line }: NetworkProfile): string {
  return line === undefined ? path : `${path}:${line}`;
}

function said({ addressing }: NetworkProfile): string {
  return addressing.length === 0 || addressing.some(hasUnknown) ? "" : ` (${shortList(addressing)})`;
}
