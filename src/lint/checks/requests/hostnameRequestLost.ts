import { Config } from "../../../config/config.ts";
import { CLOUD_CFG } from "../../../config/read.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import { originOf, type Pair } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { hostname as service } from "../../../services/hostname.ts";
import type { Finding } from "../../finding.ts";
import { invalidHostname, preservedMessage } from "../../requests/hostname.ts";
import type { Rule } from "../../rules/rule.ts";
import { lineOf } from "../../sentences/configuration.ts";
import type { CheckContext } from "../check.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";
import { isAsked, type LostRequest, lostRequest } from "./lostRequest.ts";

/** Finds host names that are asked for and not set, or set in part (cc_set_hostname, 18.5 to 26.2). */
export function hostnameRequestLost(rule: Rule, context: CheckContext): Finding[] {
  const { config } = context.booted;
  const lost = config.bool("preserve_hostname", false)
    ? (preserved(context) ?? preservedTooLate(context))
    : otherName(context);
  return lost === undefined ? [] : [lostRequest(rule, context, lost)];
}

/** The keys that name the host, the most specific first, if somebody asked for them. */
function namesAskedFor(context: CheckContext): Pair[] {
  const pairs = ["hostname", "fqdn"].map((key) => context.booted.config.pair(key));
  // Another rule reports a variable in a file that is not a template.
  const isVariable = (pair: Pair) => /\{\{|\{%/.test(pyStr(pair.value));
  return pairs.filter(
    (pair) => pair !== undefined && truthy(pair.value) && !isVariable(pair) && isAsked(context, pair),
  ) as Pair[];
}

/** The host name after the boot. */
function nameAfter(context: CheckContext): string {
  return context.settings(service).after[0]?.value ?? "";
}

/** A name that is not set, since the image or the launch preserves the image's. */
function preserved(context: CheckContext): LostRequest | undefined {
  const now = nameAfter(context);
  const lost = namesAskedFor(context).find(({ value }) => firstLabel(pyStr(value)) !== firstLabel(now));
  const preserve = context.booted.config.pair("preserve_hostname");
  if (lost === undefined || preserve === undefined) return undefined;
  return {
    message: preservedMessage(lost, lineOf(originOf(preserve))),
    cause: originOf(lost),
    module: "set_hostname",
    // A later file of the image overrides the name on purpose.
    ...(isLaterFile(preserve.path, lost.path) ? { severity: "info" } : {}),
  };
}

function isLaterFile(path: string, earlier: string): boolean {
  const directory = "/etc/cloud/cloud.cfg.d/";
  return path.startsWith(directory) && (earlier === CLOUD_CFG || (earlier.startsWith(directory) && earlier < path));
}

/** preserve_hostname in user-data: cloud-init sets the cloud's name before it reads user-data (cmd/main.py). */
function preservedTooLate(context: CheckContext): LostRequest | undefined {
  const { base, changes, config } = context.booted;
  const preserve = config.pair("preserve_hostname");
  if (preserve === undefined || new Config(base.root).bool("preserve_hostname", false) || !isAsked(context, preserve))
    return undefined;
  const file = context.settings(service).after[0]?.path;
  const change = changes.find(({ path }) => path === file);
  if (change === undefined || !change.blames.some(({ module }) => module === "set_hostname")) return undefined;
  return {
    message:
      "preserve_hostname comes too late here: cloud-init sets the host name that the cloud assigns before it reads this data. Set it in a file of the image.",
    cause: originOf(preserve),
    module: "set_hostname",
    severity: "warning",
    confidence: hasUnknown(nameAfter(context)) ? "likely" : "certain",
  };
}

/** A name that is set otherwise: another one counts first on this distribution, or only its first label is set. */
function otherName(context: CheckContext): LostRequest | undefined {
  const { booted } = context;
  const [asked] = namesAskedFor(context);
  if (asked === undefined || !runsToEnd(booted, "set_hostname")) return undefined;
  const now = nameAfter(context);
  const name = pyStr(asked.value);
  const place = { cause: originOf(asked), module: "set_hostname" } as const;
  // The cloud's data fill it in.
  if (hasUnknown(name)) return undefined;
  const invalid = invalidHostname(asked);
  if (invalid !== undefined) return { ...place, message: invalid };
  if (hasUnknown(now)) {
    const message = `The host name "${name}" may not be set: on this distribution, the full name that the cloud assigns counts first. Set fqdn, or prefer_fqdn_over_hostname: false (since 21.2).`;
    return { ...place, message, severity: "warning", confidence: "likely" };
  }
  const isShortened = pyStr(asked.key) === "fqdn" && firstLabel(name) === now;
  // The name in full is what people mean by both keys.
  if (now === "" || name === now || isShortened || now.startsWith(`${name}.`)) return undefined;
  const instead = `cloud-init sets the host name "${now}" instead of "${name}"`;
  if (name.startsWith(`${now}.`)) {
    const message = `${instead}: it uses the full name only if prefer_fqdn_over_hostname is true (since 21.2).`;
    return { ...place, message, severity: "warning" };
  }
  const other = booted.config.pair(pyStr(asked.key) === "fqdn" ? "hostname" : "fqdn");
  const what =
    other === undefined
      ? "the full name of the cloud or the image"
      : `${pyStr(other.key)} in ${lineOf(originOf(other))}`;
  return {
    ...place,
    message: `${instead}: on this distribution, ${what} counts first. Set ${other === undefined ? "fqdn, or prefer_fqdn_over_hostname: false (since 21.2)" : "both keys to the same name"}.`,
  };
}

function firstLabel(name: string): string {
  return name.split(".", 1)[0]!;
}
