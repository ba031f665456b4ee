import type { Image } from "../../../image/image.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { ConfigValue } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { aptSources } from "../../../services/aptSources.ts";
import type { Setting } from "../../../services/service.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { moduleName } from "../../sentences/settings.ts";
import { blamed, type CheckContext, severityOf, withFix } from "../check.ts";

const MODULE = "apt_configure";

/**
 * Finds the distribution's mirrors that cloud-init adds to an image which has package sources of its own and none of
 * the distribution's. Another rule reports own sources that the boot removes.
 */
export function aptSourcesAdded(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const before = context.settings(aptSources).before.filter(isSource);
  const after = context.settings(aptSources).after.filter(isSource);
  if (before.some((setting) => isPublic(setting, image))) return [];
  const left = new Set(after.map(({ key }) => key));
  if (before.some(({ key }) => !left.has(key))) return [];
  const own = firstOwn(context, before);
  if (own === undefined || truthy(booted.config.get("apt", "sources_list") ?? null)) return [];
  const known = new Set(before.map(uriOf));
  const isAsked = askedUris(booted.config.get("apt"));
  const added = after.filter(
    (setting) => isOfTemplate(setting) && !known.has(uriOf(setting)) && !isAsked(uriOf(setting)),
  );
  const [first] = added;
  if (first?.path === undefined) return [];
  const { blame } = context.responsible(aptSources, first.key, first);
  if (blame.module !== MODULE) return [];
  const [setting, evidence] = own;
  const confidence = added.some(({ key }) => hasUnknown(key)) ? "likely" : "certain";
  const mirrors = [...new Set(added.map((source) => nameOf(uriOf(source), context)))];
  const others = mirrors.length === 1 ? "that mirror" : "those mirrors";
  const found: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, confidence),
    confidence,
    message: `${moduleName(MODULE)} writes ${first.path} with ${shortList(mirrors)} beside the image's own source "${uriOf(setting)}" (${setting.path}:${setting.line}), so packages come from ${others} too. Set \`apt: {preserve_sources_list: true}\`, or name your mirror in apt.primary.`,
    service: aptSources.name,
    ...blamed(blame),
    losses: added.map(({ path, key, value }) => ({
      path: path!,
      line: null,
      setting: key,
      before: null,
      after: value,
    })),
    evidence: evidence.text,
  };
  return [
    withFix(found, () =>
      context.fix(rule, blame.cause, {}, (fixed) =>
        added.every(({ key }) => context.setting(aptSources, key, fixed) === undefined),
      ),
    ),
  ];
}

function isSource({ key }: Setting): boolean {
  return /^deb(-src)? /.test(key);
}

/** Whether the image itself uses a public mirror; that of security updates is often the only one. */
function isPublic(setting: Setting, image: Image): boolean {
  return aptSources.usual?.(setting, image) !== undefined && !/\bsecurity\b/.test(uriOf(setting));
}

/** Whether cloud-init's template, not an entry of `apt.sources`, may have written the file. */
function isOfTemplate({ path = "" }: Setting): boolean {
  return path.endsWith("/sources.list") || path.endsWith(".sources");
}

function firstOwn({ evidence }: CheckContext, settings: readonly Setting[]): [Setting, Evidence] | undefined {
  for (const setting of settings) {
    const found = evidence.of(aptSources, setting);
    if (found !== undefined && found.strength !== "weak") return [setting, found];
  }
  return undefined;
}

/** A mirror as a sentence names it. */
function nameOf(uri: string, { booted }: CheckContext): string {
  if (!hasUnknown(uri)) return `"${uri}"`;
  const fallback = booted.config.get("system_info", "package_mirrors", 0, "failsafe", "primary");
  return typeof fallback === "string" ? `"${fallback}" or a mirror of the cloud` : "the mirror that answers at boot";
}

function uriOf({ key }: Setting): string {
  const start = key.indexOf(" ") + 1;
  return key.slice(start, key.lastIndexOf(" "));
}

/** Whether `apt.primary` or `apt.security` asks for a mirror. */
function askedUris(apt: ConfigValue | undefined): (uri: string) => boolean {
  const asked = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value === "string") asked.add(value.replace(/\/{1,9}$/, ""));
    else if (Array.isArray(value)) for (const item of value) add(item);
    else if (typeof value === "object" && value !== null)
      for (const name of ["primary", "security", "uri", "search"]) add((value as Record<string, unknown>)[name]);
  };
  add(apt);
  return (uri) => asked.has(uri);
}
