import type { BootResult } from "../../boot/boot.ts";
import type { Distro } from "../../distro/distro.ts";
import { type GlobPattern, globPattern } from "../../image/globPattern.ts";
import type { Image } from "../../image/image.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Service, Setting } from "../../services/service.ts";
import { services } from "../../services/services.ts";
import type { CustomisationEvidence, Evidence } from "../evidence/evidence.ts";
import type { Responsible, ServiceSettings } from "../evidence/serviceHistory.ts";
import type { Confidence, Finding, Fix, Severity } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";

/** What a check works on: an image, its boot, and what is known of both. */
export interface CheckContext {
  readonly image: Image;
  readonly distro: Distro;
  readonly boot: BootResult;
  readonly evidence: CustomisationEvidence;
  /** A service's settings before and after the boot; none where it is not `readable` in both. */
  settings(service: Service): ServiceSettings;
  /** Who made a setting what `now` says it is after the boot. */
  responsible(service: Service, key: string, now: Setting | undefined): Responsible;
  /** The service's setting of this key in any image of this boot or another one. */
  setting(service: Service, key: string, image: Image): Setting | undefined;
  /** The first of a rule's fixes under which `holds` is true of the image after another boot; null when none does. */
  fix(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, boot: BootResult) => boolean,
  ): Fix | null;
  /** The fix itself where `holds` is true of the image after another boot with it in place, else null. */
  prove(fix: Fix, holds: (after: Image, boot: BootResult) => boolean): Fix | null;
}

/** Finds what one rule is about. */
export type Check = (rule: Rule, context: CheckContext) => Finding[];

/** The service that a rule names. @throws Error when there is none: the rule document is wrong. */
export function serviceOf(rule: Rule): Service {
  const service = services.find((candidate) => candidate.name === rule.parameters.service);
  if (service === undefined) throw new Error(`rule ${rule.id}: there is no service "${rule.parameters.service}"`);
  return service;
}

/** Whether a rule is about a setting: its `settings` are globs over keys, its `except` takes some out again. */
export function concerns(rule: Rule, key: string): boolean {
  const { settings = ["*"], except = [] } = rule.parameters;
  return matchesAny(settings as string[], key) && !matchesAny(except as string[], key);
}

const compiled = new Map<string, GlobPattern>();

/** Whether a text matches one of some globs of a rule document, in which `*` stands for any text. */
export function matchesAny(globs: readonly string[], key: string): boolean {
  return globs.some((glob) => {
    const known = compiled.get(glob) ?? globPattern(glob, "text");
    compiled.set(glob, known);
    return known.matches(key);
  });
}

/** The severity of a finding: the rule's own, milder where evidence or certainty is weak. */
export function severityOf(rule: Rule, evidence: Evidence, confidence: Confidence): Severity {
  if (evidence.strength === "weak" || rule.severity === "info") return "info";
  return confidence === "possible" ? "warning" : rule.severity;
}

/** The file of the blame as a finding's cause, and its module (null outside the modules). */
export function blamed(blame: Blame): Pick<Finding, "module" | "cause"> {
  return { module: blame.module === "" ? null : blame.module, cause: blame.cause };
}

/** A finding whose fix is looked for, by booting again, when a report first asks for it. */
export function withFix(finding: Omit<Finding, "proveFix">, prove: () => Fix | null): Finding {
  let fix: Fix | null | undefined;
  const proveFix = () => {
    if (fix === undefined) fix = prove();
    return fix;
  };
  return { ...finding, proveFix };
}

/** Of a finding for which no fix is known. */
export function noFix(): null {
  return null;
}

/** So that an image with thousands of lost settings still gives a report that people can read. */
const MOST_FINDINGS = 100;

/** At most MOST_FINDINGS of some findings; the last one says how many more there are. */
export function atMost<T>(items: readonly T[], find: (item: T) => Finding | undefined): Finding[] {
  const findings: Finding[] = [];
  for (const [index, item] of items.entries()) {
    const finding = find(item);
    if (finding === undefined) continue;
    const more = items.length - index - 1;
    if (findings.length + 1 < MOST_FINDINGS || more === 0) findings.push(finding);
    else return [...findings, { ...finding, message: `${finding.message} Up to ${more} more are alike.` }];
  }
  return findings;
}
