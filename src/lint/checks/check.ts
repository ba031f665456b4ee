import type { BootResult } from "../../boot/boot.ts";
import type { Blame } from "../../boot/overlay.ts";
import type { Distro } from "../../distro/distro.ts";
import type { Image } from "../../image/image.ts";
import type { Service, Setting } from "../../services/service.ts";
import { services } from "../../services/services.ts";
import type { CustomisationEvidence, Evidence } from "../evidence.ts";
import type { Confidence, Finding, Fix, Severity } from "../finding.ts";
import type { Rule } from "../rule.ts";

/** What a check works on: an image, its boot, and what is known of both. */
export interface CheckContext {
  readonly image: Image;
  readonly distro: Distro;
  readonly boot: BootResult;
  readonly evidence: CustomisationEvidence;
  /** A service's settings before and after the boot. */
  settings(service: Service): { readonly before: readonly Setting[]; readonly after: readonly Setting[] };
  /** The part of the boot that first made a service's settings so; NOBODY where none did. */
  responsible(service: Service, holds: (settings: readonly Setting[]) => boolean): Blame;
  /** The first of a rule's fixes under which `holds` is true of the image after another boot; null when none does. */
  fix(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, boot: BootResult) => boolean,
  ): Fix | null;
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

/** Whether a text matches one of some globs, in which `*` stands for any text. */
export function matchesAny(globs: readonly string[], key: string): boolean {
  return globs.some((glob) => {
    const parts = glob.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(key);
  });
}

/** The severity of a finding: the rule's own, milder where evidence or certainty is weak. */
export function severityOf(rule: Rule, evidence: Evidence, confidence: Confidence): Severity {
  if (evidence.strength === "weak" || rule.severity === "info") return "info";
  return confidence === "possible" ? "warning" : rule.severity;
}

/** Who is to blame where nothing in the overlay says so: the boot as a whole. */
export const NOBODY: Blame = { module: "", cause: { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 } };

/** The file of the blame as a finding's cause, and its module (null outside the modules). */
export function blamed(blame: Blame): Pick<Finding, "module" | "cause"> {
  return { module: blame.module === "" ? null : blame.module, cause: blame.cause };
}

/** A finding whose fix is looked for, by booting again, when a report first asks for it. */
export function withFix(finding: Omit<Finding, "fix">, prove: () => Fix | null): Finding {
  let fix: Fix | null | undefined;
  return {
    ...finding,
    get fix() {
      if (fix === undefined) fix = prove();
      return fix;
    },
  };
}
