import { type BootResult, boot } from "../boot/boot.ts";
import { unreadFiles } from "../config/read.ts";
import type { CloudData } from "../config/seed.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import { canTell, caveatsOf, rulesOfPrograms, uncertain } from "./caveats.ts";
import type { CheckContext } from "./checks/check.ts";
import { checkOf } from "./checks/checks.ts";
import { isOwn } from "./checks/configuration/about.ts";
import { CustomisationEvidence, type EvidenceOptions } from "./evidence/evidence.ts";
import { ServiceHistory, ServiceReader } from "./evidence/serviceHistory.ts";
import type { Finding } from "./finding.ts";
import { FixProver } from "./fixes/fixes.ts";
import { commentsOfBoot, filesWithComments } from "./ignores/commentsOfImage.ts";
import { type IgnoreOptions, usualIgnores } from "./ignores/ignore.ts";
import { applyIgnores, Ignores } from "./ignores/ignores.ts";
import { imageFacts } from "./imageFacts.ts";
import type { ImageFacts, LintResult } from "./lintResult.ts";
import { oneOfEachCause } from "./oneCause.ts";
import { isPartial } from "./partial.ts";
import type { Rule } from "./rules/rule.ts";
import { Secrets } from "./secrets/secrets.ts";
import { type RuleSeverities, withSeverities } from "./severities.ts";
import { textsOfBoot } from "./textsOfBoot.ts";
import { worstFirst } from "./worstFirst.ts";

/** The options of a lint. */
export interface LintOptions extends EvidenceOptions {
  readonly distro: Distro;
  readonly rules: readonly Rule[];
  /** The data of the cloud; by default the seed in the image, otherwise unknown. */
  readonly cloud?: CloudData;
  /** The datasource by cloud-init's name; by default the one that the image requires, otherwise unknown. */
  readonly datasource?: string;
  /** The severities that the user gives to rules. */
  readonly severities?: RuleSeverities;
  /** By default comments count, and nothing is configured. */
  readonly ignores?: IgnoreOptions;
}

/** Boots an image and finds the customisations that the boot undoes. */
export function lint(image: Image, options: LintOptions): LintResult {
  return lintBooted(image, boot(image, options), options);
}

/** Finds the customisations that a boot undoes. */
export function lintBooted(image: Image, result: BootResult, options: LintOptions): LintResult {
  const reader = new ServiceReader(options.distro);
  const ignoresOf = (one: Image, booted: BootResult) =>
    new Ignores(image.source, options.ignores ?? usualIgnores(), commentsOfBoot(one, booted));
  const ignores = ignoresOf(image, result);
  let findings: readonly Finding[] = [];
  const prover = new FixProver({
    image,
    original: result,
    rules: options.rules,
    reader,
    findings: () => findings,
    findingsAfter: (fixed, booted) => findingsOf(fixed, booted, options, reader, ignoresOf(fixed, booted), undefined),
  });
  findings = findingsOf(image, result, options, reader, ignores, prover);
  const unread = [...image.problems, ...unreadFiles(result.base)];
  const applied = applyIgnores(findings, ignores, {
    rules: options.rules,
    files: () => filesWithComments(image, result, reader, findings),
    isJudged: ({ check }) => unread.length === 0 && canTell(image, options.distro, check),
  });
  return {
    image: imageFacts(image, result) satisfies ImageFacts,
    findings: withSeverities(applied.findings, options.severities),
    ignored: withSeverities(applied.ignored, options.severities),
    ignoreUse: applied.use,
    caveats: caveatsOf(image, options.distro),
    unread,
    texts: (path) => textsOfBoot(result, path),
    booted: result,
    secrets: Secrets.ofBoot(result),
  };
}

/**
 * The findings about a boot that really happened, and the rules that look at what it did: no boot decides about the others.
 * None has a fix, and nothing is ignored.
 * @param result a prediction that has what really happened in place of what was predicted
 */
export function lintReal(
  image: Image,
  result: BootResult,
  options: LintOptions,
): { readonly findings: readonly Finding[]; readonly looking: ReadonlySet<string> } {
  let looks = false;
  const watched = new Proxy(result, {
    get(target, key, receiver) {
      if (key === "after" || key === "modules" || key === "changes" || key === "commands") looks = true;
      return Reflect.get(target, key, receiver);
    },
  });
  const ignores = new Ignores(image.source, usualIgnores(), () => []);
  const context = contextOf(image, watched, options, new ServiceReader(options.distro), ignores, undefined);
  const looking = new Set<string>();
  const told = options.rules.filter(({ check }) => canTell(image, options.distro, check));
  const findings = told.flatMap((rule) => {
    looks = false;
    const found = checkOf(rule)?.(rule, context) ?? [];
    if (looks) looking.add(rule.id);
    return found;
  });
  return { findings, looking };
}

/** The findings of all rules, by severity. Without a prover no finding has a fix. */
function findingsOf(
  image: Image,
  result: BootResult,
  options: LintOptions,
  reader: ServiceReader,
  ignores: Ignores,
  prover: FixProver | undefined,
): Finding[] {
  const { distro, rules } = options;
  const context = contextOf(image, result, options, reader, ignores, prover);
  const all = rules
    .filter(({ check }) => canTell(image, distro, check))
    .flatMap((rule) => {
      const check = checkOf(rule);
      if (check === undefined) throw new Error(`rule ${rule.id}: no check "${rule.check}"`);
      return check(rule, context);
    });
  const findings = oneOfEachCause(all);
  if (caveatsOf(image, distro).length === 0) {
    const isAssumed = ({ module }: Finding) => module !== null && result.assuming.has(module);
    return findings.map((finding) => (isAssumed(finding) ? uncertain(finding) : finding)).sort(worstFirst);
  }
  const doubtful = isPartial(image, distro) ? rulesOfPrograms(result) : [];
  return findings.map((finding) => uncertain(finding, doubtful)).sort(worstFirst);
}

function contextOf(
  image: Image,
  result: BootResult,
  options: LintOptions,
  reader: ServiceReader,
  ignores: Ignores,
  prover: FixProver | undefined,
): CheckContext {
  const { distro } = options;
  const histories = new Map<string, ServiceHistory>();
  const context: CheckContext = {
    image,
    distro,
    booted: result,
    evidence: new CustomisationEvidence(image, distro, options),
    settings: (service) => reader.both(service, image, result.after),
    setting: (service, key, booted) => reader.byKey(service, booted).get(key),
    responsible: (service, key, now) => {
      let history = histories.get(service.name);
      if (history === undefined) {
        history = new ServiceHistory(service, image, result.after, reader);
        histories.set(service.name, history);
      }
      return history.responsible(key, now);
    },
    isLossIgnored: (rule, cause, loss) => ignores.isLossIgnored(rule.id, cause, loss),
    fix: (rule, cause, values, holds) =>
      prover?.prove(rule, values, holds, cause !== null && mayEdit(cause.path) ? cause : undefined) ?? null,
    prove: (edit, holds, intended) => prover?.proveOne(edit, holds, intended) ?? null,
  };
  const mayEdit = (path: string) => isOwn(context, path) || result.cloud.userData?.path === path;
  return context;
}
