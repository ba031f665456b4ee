import type { BootResult } from "../../boot/boot.ts";
import type { Distro } from "../../distro/distro.ts";
import { type GlobPattern, globPattern } from "../../image/globPattern.ts";
import type { Image } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Service, Setting } from "../../services/service.ts";
import { services } from "../../services/services.ts";
import type { CustomisationEvidence, Evidence } from "../evidence/evidence.ts";
import type { Responsible, ServiceSettings } from "../evidence/serviceHistory.ts";
import type { Confidence, FileEdit, Finding, Fix, Loss, Severity } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";

/** The input of a check: an image, its boot, and what is known of both. */
export interface CheckContext {
  readonly image: Image;
  readonly distro: Distro;
  readonly booted: BootResult;
  readonly evidence: CustomisationEvidence;
  /** A service's settings before and after the boot; none unless it is `readable` in both. */
  settings(service: Service): ServiceSettings;
  /** What set a setting to `now`, its state after the boot. */
  responsible(service: Service, key: string, now: Setting | undefined): Responsible;
  /** The service's setting of this key in an image of this or another boot. */
  setting(service: Service, key: string, image: Image): Setting | undefined;
  /** Whether the user ignores a loss on its own, so that the others of its cause are a finding without it. */
  isLossIgnored(rule: Rule, cause: string, loss: Pick<Loss, "path" | "line" | "setting">): boolean;
  /**
   * The first of a rule's fixes with which `holds` is true after another boot; null if there is none.
   * @param cause the line of configuration that a fix changes if it is in a file of the user's own
   */
  fix(
    rule: Rule,
    cause: Origin | null,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, booted: BootResult) => boolean,
  ): Fix | null;
  /**
   * The fix with one edit if `holds` is true after another boot with it in place, otherwise null. `intended` are accounts that
   * the configuration requests and that only exist with the fix: letting them in does no harm.
   */
  prove(
    edit: FileEdit,
    holds: (after: Image, booted: BootResult) => boolean,
    intended?: ReadonlySet<string>,
  ): Fix | null;
}

/** Makes the findings of one rule. */
export type Check = (rule: Rule, context: CheckContext) => Finding[];

/** The service that a rule names. @throws Error if it does not exist: the rule document is wrong. */
export function serviceOf(rule: Rule): Service {
  const service = services.find((candidate) => candidate.name === rule.parameters.service);
  if (service === undefined) throw new Error(`rule ${rule.id}: unknown service "${rule.parameters.service}"`);
  return service;
}

/** Whether a rule covers a setting: `settings` and `except` are globs over keys. */
export function concerns(rule: Rule, key: string): boolean {
  const { settings = ["*"], except = [] } = rule.parameters;
  return matchesAny(settings as string[], key) && !matchesAny(except as string[], key);
}

const compiled = new Map<string, GlobPattern>();

/** Whether a key matches one of the globs of a rule document, in which `*` stands for any string. */
export function matchesAny(globs: readonly string[], key: string): boolean {
  return globs.some((glob) => {
    const known = compiled.get(glob) ?? globPattern(glob, "text");
    compiled.set(glob, known);
    return known.matches(key);
  });
}

/** The severity of a finding: that of the rule, or a lower one if the evidence or the certainty is weak. */
export function severityOf(rule: Rule, evidence: Evidence, confidence: Confidence): Severity {
  if (evidence.strength === "weak" || rule.severity === "info") return "info";
  return confidence === "possible" ? "warning" : rule.severity;
}

/** The cause of a finding and the module (null outside modules). */
export function blamed(blame: Blame): Pick<Finding, "module" | "cause"> {
  return { module: blame.module === "" ? null : blame.module, cause: blame.cause };
}

/** Results of one check, grouped by the line that causes them, in the order of their first. */
export function byCause<T extends { readonly blame: Blame }>(items: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const { path, line } = item.blame.cause;
    const known = groups.get(`${path}:${line}`);
    if (known === undefined) groups.set(`${path}:${line}`, [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

/** A finding whose fix is proven, by booting again, when a report first asks for it. */
export function withFix(finding: Omit<Finding, "proveFix">, prove: () => Fix | null): Finding {
  let fix: Fix | null | undefined;
  const proveFix = () => {
    if (fix === undefined) fix = prove();
    return fix;
  };
  return { ...finding, proveFix };
}

/** For findings without a known fix. */
export function noFix(): null {
  return null;
}

/** Keeps the report of an image with thousands of lost settings readable. */
const MOST_FINDINGS = 100;

/** At most MOST_FINDINGS findings; the last one says how many more there may be. */
export function atMost<T>(items: readonly T[], find: (item: T, index: number) => Finding | undefined): Finding[] {
  const findings: Finding[] = [];
  for (const [index, item] of items.entries()) {
    const finding = find(item, index);
    if (finding === undefined) continue;
    const more = items.length - index - 1;
    if (findings.length + 1 < MOST_FINDINGS || more === 0) findings.push(finding);
    else
      return [
        ...findings,
        { ...finding, message: `${finding.message} Up to ${more} similar findings are not listed.` },
      ];
  }
  return findings;
}
