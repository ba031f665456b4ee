import { hasUnknown } from "../../boot/unknown.ts";
import type { Service, Setting } from "../../services/service.ts";
import type { Evidence } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rule.ts";
import {
  atMost,
  blamed,
  type CheckContext,
  concerns,
  matchesAny,
  matchesParts,
  serviceOf,
  severityOf,
  withFix,
} from "./check.ts";

/**
 * Finds settings (`settings`, whose values match `values`) that the boot adds beside customised ones (`beside`, where
 * {name} stands for the last word of the added key; not those whose values match `besideExcept`). Where the rule is
 * `paired`, a glob of `settings` goes with the one of `beside` at the same place.
 */
export function added(rule: Rule, context: CheckContext): Finding[] {
  const service = serviceOf(rule);
  const { before, after } = context.settings(service);
  const known = new Set(before.map(identity));
  const { values = ["*"] } = rule.parameters;
  const fresh = after.filter(
    (setting) =>
      !known.has(identity(setting)) && concerns(rule, setting.key) && matchesAny(values as string[], setting.value),
  );
  // What the boot takes away is another rule's.
  const left = new Set(after.map(({ key }) => key));
  const kept = before.filter(({ key }) => left.has(key));
  const neighbours = new Neighbours(rule, context, service, kept);
  return atMost(fresh, (setting) => {
    const neighbour = neighbours.of(setting);
    return neighbour === undefined ? undefined : finding(rule, context, service, setting, ...neighbour);
  });
}

function identity(setting: Setting): string {
  return `${setting.key}\n${setting.value}`;
}

/** The customised settings that stay, of which the first beside an added one is looked for. */
class Neighbours {
  readonly #rule: Rule;
  readonly #context: CheckContext;
  readonly #service: Service;
  readonly #kept: readonly Setting[];
  readonly #byKey: ReadonlyMap<string, readonly Setting[]>;
  /** What a glob finds, which is the same for most added settings. */
  readonly #found = new Map<string, readonly [Setting, Evidence] | undefined>();

  constructor(rule: Rule, context: CheckContext, service: Service, kept: readonly Setting[]) {
    this.#rule = rule;
    this.#context = context;
    this.#service = service;
    this.#kept = kept;
    const byKey = new Map<string, Setting[]>();
    for (const setting of kept) {
      const known = byKey.get(setting.key);
      if (known === undefined) byKey.set(setting.key, [setting]);
      else known.push(setting);
    }
    this.#byKey = byKey;
  }

  of(setting: Setting): readonly [Setting, Evidence] | undefined {
    const { beside, paired, settings } = this.#rule.parameters;
    const name = setting.key.slice(setting.key.lastIndexOf(" ") + 1);
    for (const [index, glob] of (beside as string[]).entries()) {
      if (paired === true && !matchesAny([(settings as string[])[index]!], setting.key)) continue;
      const found = this.#first(glob, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #first(glob: string, name: string): readonly [Setting, Evidence] | undefined {
    // A star in the name is a star.
    const parts = glob.split("*").map((part) => part.replaceAll("{name}", () => name));
    const id = parts.join("\0");
    if (!this.#found.has(id)) this.#found.set(id, this.#search(parts));
    return this.#found.get(id);
  }

  #search(parts: readonly string[]): readonly [Setting, Evidence] | undefined {
    const { besideExcept = [] } = this.#rule.parameters;
    const candidates = parts.length === 1 ? (this.#byKey.get(parts[0]!) ?? []) : this.#kept;
    for (const other of candidates) {
      if (!matchesParts(parts, other.key) || matchesAny(besideExcept as string[], other.value)) continue;
      const evidence = this.#context.evidence.of(this.#service, other);
      if (evidence !== undefined && evidence.strength !== "weak") return [other, evidence];
    }
    return undefined;
  }
}

function finding(
  rule: Rule,
  context: CheckContext,
  service: Service,
  setting: Setting,
  neighbour: Setting,
  evidence: Evidence,
): Finding {
  const { blame } = context.responsible(service, setting.key, setting);
  const confidence = hasUnknown(setting.value) ? "likely" : "certain";
  const before = context.settings(service).before.find((other) => other.key === setting.key);
  const found: Omit<Finding, "fix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `cloud-init's ${blame.module} adds ${place(setting)} on the first boot, beside the image's own ${place(neighbour)}.`,
    service: service.name,
    ...blamed(blame),
    target: {
      path: neighbour.path ?? setting.path ?? "",
      line: neighbour.line ?? null,
      setting: setting.key,
      before: before?.value ?? null,
      after: setting.value,
    },
    evidence: evidence.text,
  };
  return withFix(found, () =>
    context.fix(
      rule,
      { key: setting.key },
      (image) => context.setting(service, setting.key, image)?.value !== setting.value,
    ),
  );
}

/** A setting and where it stands, unless its name says that already. */
function place({ key, path, line }: Setting): string {
  if (path === undefined || path === key) return key;
  return `${key} (${path}${line === undefined ? "" : `:${line}`})`;
}
