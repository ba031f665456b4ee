import type { Image } from "../../image/image.ts";
import { hasUnknown } from "../../image/unknown.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Service, Setting } from "../../services/service.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { shortList } from "../sentences/lists.ts";
import { moduleName } from "../sentences/settings.ts";
import {
  atMost,
  blamed,
  byCause,
  type CheckContext,
  concerns,
  matchesAny,
  serviceOf,
  severityOf,
  withFix,
} from "./check.ts";

/**
 * Finds settings that the boot adds beside customised ones: one finding for all that the same line adds. Each glob of
 * `settings` belongs to the glob of `beside` at the same index.
 */
export function added(rule: Rule, context: CheckContext): Finding[] {
  const service = serviceOf(rule);
  const { before, after } = context.settings(service);
  const known = new Set(before.map(identity));
  const fresh = after.filter((setting) => !known.has(identity(setting)) && concerns(rule, setting.key));
  // Another rule reports settings that the boot removes.
  const left = new Set(after.map(({ key }) => key));
  const kept = before.filter(({ key }) => left.has(key));
  const neighbours = new Neighbours(rule, context, service, kept);
  const beside = fresh.flatMap((setting): Added[] => {
    const found = neighbours.of(setting);
    if (found === undefined) return [];
    const [neighbour, evidence] = found;
    return [{ setting, neighbour, evidence, blame: context.responsible(service, setting.key, setting).blame }];
  });
  return atMost(byCause(beside), (group) => findingOf(rule, context, service, group));
}

/** A setting that the boot adds, and the image's own beside it. */
interface Added {
  readonly setting: Setting;
  readonly neighbour: Setting;
  readonly evidence: Evidence;
  readonly blame: Blame;
}

function identity(setting: Setting): string {
  return `${setting.key}\n${setting.value}`;
}

/** The customised settings that the boot keeps; finds the first one beside an added setting. */
class Neighbours {
  readonly #rule: Rule;
  readonly #context: CheckContext;
  readonly #service: Service;
  readonly #kept: readonly Setting[];
  /** The settings that a glob matches, which do not depend on the added setting. */
  readonly #found = new Map<string, readonly [Setting, Evidence][]>();

  constructor(rule: Rule, context: CheckContext, service: Service, kept: readonly Setting[]) {
    this.#rule = rule;
    this.#context = context;
    this.#service = service;
    this.#kept = kept;
  }

  of(setting: Setting): readonly [Setting, Evidence] | undefined {
    const { beside, settings } = this.#rule.parameters;
    for (const [index, glob] of (beside as string[]).entries()) {
      if (!matchesAny([(settings as string[])[index]!], setting.key)) continue;
      const found = this.#found.get(glob) ?? this.#search(glob);
      this.#found.set(glob, found);
      // Another rule reports files that the boot replaces.
      const first = found.find(([other]) => other.key !== setting.key || other.key !== other.path);
      if (first !== undefined) return first;
    }
    return undefined;
  }

  #search(glob: string): [Setting, Evidence][] {
    return this.#kept.flatMap((other): [Setting, Evidence][] => {
      const evidence = matchesAny([glob], other.key) ? this.#context.evidence.of(this.#service, other) : undefined;
      return evidence === undefined || evidence.strength === "weak" ? [] : [[other, evidence]];
    });
  }
}

function findingOf(rule: Rule, context: CheckContext, service: Service, group: readonly Added[]): Finding {
  const { evidence, blame } = group[0]!;
  const confidence = group.some(({ setting }) => hasUnknown(setting.value)) ? "likely" : "certain";
  const before = new Map(context.settings(service).before.map(({ key, value }) => [key, value]));
  const names = shortList(group.map(({ setting }) => place(setting)));
  const others = shortList([...new Set(group.map(({ neighbour }) => place(neighbour)))]);
  const found: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `${moduleName(blame.module)} adds ${names} beside the image's own ${others}, and both take effect.`,
    service: service.name,
    ...blamed(blame),
    losses: group.map(({ setting, neighbour }) => ({
      path: neighbour.path ?? setting.path ?? "",
      line: neighbour.line ?? null,
      setting: setting.key,
      before: before.get(setting.key) ?? null,
      after: setting.value,
    })),
    evidence: evidence.text,
  };
  const isGone = (image: Image) =>
    group.every(({ setting }) => context.setting(service, setting.key, image)?.value !== setting.value);
  return withFix(found, () => context.fix(rule, { key: group[0]!.setting.key }, isGone));
}

/** A setting and its place, unless its name is its path. */
function place({ key, path, line }: Setting): string {
  if (path === undefined || path === key) return key;
  return `${key} (${path}${line === undefined ? "" : `:${line}`})`;
}
