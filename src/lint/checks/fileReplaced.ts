import type { Change } from "../../image/overlay.ts";
import type { Blame } from "../../image/writeLog.ts";
import type { Setting } from "../../services/service.ts";
import { services } from "../../services/services.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { inWords, shortList } from "../sentences/lists.ts";
import { moduleName } from "../sentences/settings.ts";
import { atMost, blamed, byCause, type CheckContext, severityOf, withFix } from "./check.ts";
import { isGoneByFailure } from "./outcomes/moduleOutcomes.ts";

/**
 * Finds customised files that the boot replaces, deletes or, by a script, may change: one finding for all that the same
 * line takes. `certainty` selects changes, `modules` who makes them; `except` lists path prefixes that other rules cover.
 */
export function fileReplaced(rule: Rule, context: CheckContext): Finding[] {
  const { certainty = "certain", except = [], modules } = rule.parameters;
  const replaced = context.booted.changes.flatMap((change): Replaced[] => {
    if (change.certainty !== certainty || change.op === "created") return [];
    if ((except as string[]).some((prefix) => change.path.startsWith(prefix))) return [];
    const blame = change.blames.at(-1);
    if (blame === undefined) return [];
    if (Array.isArray(modules) && !modules.includes(blame.module)) return [];
    if (isGoneByFailure(context, blame, change.path)) return [];
    const evidence = losesContent(change, context) ? evidenceOf(change.path, context) : undefined;
    return evidence === undefined ? [] : [{ change, blame, evidence }];
  });
  return atMost(byCause(replaced), (group) => findingOf(rule, context, group));
}

/** A customised file that the boot replaces. */
interface Replaced {
  readonly change: Change;
  readonly blame: Blame;
  readonly evidence: Evidence;
}

/** Appending loses nothing. */
function losesContent({ path, after }: Change, { image }: CheckContext): boolean {
  if (image.stat(path)?.kind !== "file") return false;
  const before = image.read(path) ?? Buffer.alloc(0);
  return !(after?.kind === "file" && after.content.subarray(0, before.length).equals(before));
}

function findingOf(rule: Rule, context: CheckContext, group: readonly Replaced[]): Finding {
  const isWeak = ({ evidence }: Replaced) => evidence.strength === "weak";
  const lost = group.every(isWeak) ? group : group.filter((one) => !isWeak(one));
  const { change, blame, evidence } = lost[0]!;
  const possible = change.certainty === "possible";
  const verbOf = ({ op }: Change) => (possible ? "may change" : op === "deleted" ? "deletes" : "overwrites");
  const changes = lost.map((one) => one.change);
  const clauses = [...new Set(changes.map(verbOf))].map(
    (verb) => `${verb} ${shortList(changes.filter((one) => verbOf(one) === verb).map(({ path }) => path))}`,
  );
  const why = possible ? `: ${change.reason}` : "";
  const finding: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severityOf(rule, evidence, possible ? "possible" : "certain"),
    confidence: possible ? "possible" : "certain",
    message: `${moduleName(blame.module)} ${inWords(clauses)}, which ${lost.length === 1 ? "was" : "were"} customised${why}.`,
    service: null,
    ...blamed(blame),
    losses: changes.map((one) => ({
      path: one.path,
      line: null,
      setting: one.path,
      before: "customised",
      after: one.op === "deleted" ? null : verbOf(one),
    })),
    evidence: evidence.text,
  };
  const paths = new Set(changes.map(({ path }) => path));
  return withFix(finding, () =>
    context.fix(
      rule,
      blame.cause,
      { path: change.path },
      (_after, booted) => !booted.changes.some(({ path }) => paths.has(path)),
    ),
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
