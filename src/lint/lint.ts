import { boot } from "../boot/boot.ts";
import type { Blame } from "../boot/overlay.ts";
import type { CloudData } from "../config/seed.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { Setting } from "../services/service.ts";
import { type CheckContext, NOBODY } from "./checks/check.ts";
import { checks } from "./checks.ts";
import { CustomisationEvidence, type EvidenceOptions } from "./evidence.ts";
import { type Finding, type ImageFacts, type LintResult, SEVERITIES } from "./finding.ts";
import { FixProver } from "./fixes.ts";
import { imageFacts } from "./imageFacts.ts";
import type { Rule } from "./rule.ts";

/** What a lint may be told beside the image. */
export interface LintOptions extends EvidenceOptions {
  readonly distro: Distro;
  readonly rules: readonly Rule[];
  /** What the cloud hands over; when not given, the image's own seed, else unknown. */
  readonly cloud?: CloudData;
}

/** Boots an image and finds what the boot undoes of what somebody customised. */
export function lint(image: Image, options: LintOptions): LintResult {
  const { distro, rules } = options;
  const result = boot(image, options);
  const prover = new FixProver(image, distro, result.cloud);
  const settings = new Map<string, { before: readonly Setting[]; after: readonly Setting[] }>();
  const histories = new Map<string, { blame: Blame; settings: readonly Setting[] }[]>();
  const context: CheckContext = {
    image,
    distro,
    boot: result,
    evidence: new CustomisationEvidence(image, distro, options),
    settings: (service) => {
      let both = settings.get(service.name);
      if (both === undefined) {
        both = { before: service.read(image, distro), after: service.read(result.after, distro) };
        settings.set(service.name, both);
      }
      return both;
    },
    responsible: (service, holds) => {
      let history = histories.get(service.name);
      if (history === undefined) {
        history = result.after.history().map(({ blame, image }) => ({ blame, settings: service.read(image, distro) }));
        histories.set(service.name, history);
      }
      return history.find(({ settings }) => holds(settings))?.blame ?? NOBODY;
    },
    fix: (rule, values, holds) => prover.prove(rule, values, holds),
  };
  const findings = rules.flatMap((rule) => {
    const check = checks[rule.check];
    if (check === undefined) throw new Error(`rule ${rule.id}: there is no check "${rule.check}"`);
    return check(rule, context);
  });
  return {
    image: imageFacts(image, result) satisfies ImageFacts,
    findings: findings.sort(worstFirst),
    suppressed: 0,
    texts: (path) => ({ before: text(image, path), after: text(result.after, path) }),
  };
}

function text(image: Image, path: string): string | undefined {
  return image.read(path)?.toString("utf8");
}

function worstFirst(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.cause.path, b.cause.path) ||
    a.cause.line - b.cause.line ||
    compare(a.target?.path ?? "", b.target?.path ?? "") ||
    (a.target?.line ?? 0) - (b.target?.line ?? 0)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
