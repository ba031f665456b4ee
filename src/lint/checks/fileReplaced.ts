import type { Change } from "../../image/overlay.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Setting } from "../../services/service.ts";
import { services } from "../../services/services.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { moduleName } from "../sentences/settings.ts";
import { blamed, type CheckContext, severityOf, withFix } from "./check.ts";
import { isGoneByFailure } from "./outcomes/failedModules.ts";

/**
 * Finds customised files that the boot replaces, deletes or, by a script, may change. `certainty` selects
 * changes, `modules` who makes them; `except` lists path prefixes that other rules cover.
 */
export function fileReplaced(rule: Rule, context: CheckContext): Finding[] {
  const { certainty = "certain", except = [], modules } = rule.parameters;
  return context.booted.changes.flatMap((change) => {
    if (change.certainty !== certainty || change.op === "created") return [];
    if ((except as string[]).some((prefix) => change.path.startsWith(prefix))) return [];
    const blame = change.blames.at(-1);
    if (blame === undefined) return [];
    if (Array.isArray(modules) && !modules.includes(blame.module)) return [];
    if (isGoneByFailure(context, blame, change.path)) return [];
    const finding = replaced(rule, context, change, blame);
    return finding === undefined ? [] : [finding];
  });
}

function replaced(rule: Rule, context: CheckContext, change: Change, blame: Blame): Finding | undefined {
  const { path } = change;
  if (context.image.stat(path)?.kind !== "file") return undefined;
  const before = context.image.read(path) ?? Buffer.alloc(0);
  // Appending loses nothing.
  if (change.after?.kind === "file" && change.after.content.subarray(0, before.length).equals(before)) return undefined;
  const evidence = evidenceOf(path, context);
  if (evidence === undefined) return undefined;
  const possible = change.certainty === "possible";
  const verb = possible ? "may change" : change.op === "deleted" ? "deletes" : "overwrites";
  const why = possible ? `: ${change.reason}` : "";
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, possible ? "possible" : "certain"),
    confidence: possible ? "possible" : "certain",
    message: `${moduleName(blame.module)} ${verb} ${path}, which was customised${why}.`,
    service: null,
    ...blamed(blame),
    losses: [{ path, line: null, setting: path, before: "customised", after: change.op === "deleted" ? null : verb }],
    evidence: evidence.text,
  };
  return withFix(finding, () =>
    context.fix(rule, { path }, (_after, booted) => !booted.changes.some((other) => other.path === path)),
  );
}

/** Weak if every installer writes all settings of the file. */
function evidenceOf(path: string, context: CheckContext): Evidence | undefined {
  const evidence = context.evidence.ofFile(path);
  if (evidence?.strength !== "good") return evidence;
  const usual = services.flatMap((service) =>
    settingsOf(context.settings(service).before, path).map((setting) => service.usual?.(setting, context.image)),
  );
  const [text] = usual;
  return text !== undefined && !usual.includes(undefined) ? { strength: "weak", text } : evidence;
}

const byPath = new WeakMap<readonly Setting[], Map<string | undefined, Setting[]>>();

/** The settings that a file sets. */
function settingsOf(settings: readonly Setting[], path: string): readonly Setting[] {
  let ofPath = byPath.get(settings);
  if (ofPath === undefined) {
    ofPath = new Map();
    for (const setting of settings) {
      const known = ofPath.get(setting.path);
      if (known === undefined) ofPath.set(setting.path, [setting]);
      else known.push(setting);
    }
    byPath.set(settings, ofPath);
  }
  return ofPath.get(path) ?? [];
}
