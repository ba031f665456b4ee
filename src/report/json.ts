import type { BootResult } from "../boot/boot.ts";
import { type Config, origins } from "../config/config.ts";
import type { Origin } from "../image/origin.ts";
import type { Change } from "../image/overlay.ts";
import { unknownReason } from "../image/unknown.ts";
import { strictText } from "../image/utf8.ts";
import type { ImageFacts, LintResult, Severity } from "../lint/finding.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import { escapeJson, jsonText } from "./jsonText.ts";
import { nodeJson } from "./nodeJson.ts";
import { plannedChanges } from "./plannedChanges.ts";
import { atLeast, countBySeverity } from "./severity.ts";
import { type ShownFinding, shown, shownImage } from "./shown.ts";

/** Aliases can make any number of values out of a few lines: so many characters of pointers and paths are given. */
const MAX_ORIGINS = 4_000_000;

/** Findings as JSON (schemas/lint-v1.schema.json). The summary counts those that `minSeverity` leaves out, too. */
export function jsonReport(results: readonly LintResult[], minSeverity: Severity): string {
  return jsonText({
    schemaVersion: 1,
    images: results.map(shown).map(({ image, findings, suppressed }) => ({
      image: imageJson(image),
      findings: atLeast(findings, minSeverity).map(findingJson),
      summary: { ...countBySeverity(findings), suppressed },
    })),
  });
}

/** All that the first boot changes, as JSON (schemas/plan-v1.schema.json). */
export function planJson(image: ImageFacts, boot: BootResult): string {
  const secrets = Secrets.ofBoot(boot);
  const hide = (text: string) => secrets.text(text);
  return jsonText({
    schemaVersion: 1,
    image: imageJson(shownImage(image, secrets)),
    modules: boot.modules.map(({ name, stage, frequency, ran, reason }) => ({
      name: hide(name),
      stage,
      frequency,
      ran,
      reason: hide(reason),
    })),
    changes: plannedChanges(boot).map((change) => changeJson(change, secrets)),
    commands: boot.commands.map(({ module, command }) => ({ module, command: hide(command) })),
  });
}

/**
 * The effective configuration as JSON (schemas/config-v1.schema.json): values and, by JSON pointer, their origins.
 * @param secrets what is hidden of it; nothing where undefined
 */
export function configJson(config: Config, secrets?: Secrets): string {
  const value = nodeJson(secrets?.config(config.root) ?? config.root, "  ");
  const places = JSON.stringify(origins(config.root, MAX_ORIGINS), null, 2).replaceAll("\n", "\n  ");
  return escapeJson(`{\n  "schemaVersion": 1,\n  "value": ${value},\n  "origins": ${places}\n}\n`);
}

/** The same members in the same order, whatever else an object holds. */
function imageJson({ source, distro, cloudInit, datasource }: ImageFacts) {
  return {
    source,
    distro: { id: distro.id, version: distro.version },
    cloudInit: { version: cloudInit.version, enabled: cloudInit.enabled },
    datasource,
  };
}

function findingJson(finding: ShownFinding) {
  const { rule, severity, confidence, message, service, module, target, cause, evidence, fix } = finding;
  return {
    rule,
    severity,
    confidence,
    message,
    service,
    module,
    target: target && {
      path: target.path,
      line: target.line,
      setting: target.setting,
      before: target.before,
      after: target.after,
    },
    cause: originJson(cause),
    evidence,
    fix: fix && { path: fix.path, content: fix.content, diff: fix.diff, renames: fix.renames },
  };
}

function originJson({ path, line, column }: Origin): Origin {
  return { path, line, column };
}

function changeJson(change: Change, secrets: Secrets) {
  const { path, op, certainty, blames } = change;
  const causes = new Map(blames.map(({ cause }) => [JSON.stringify(originJson(cause)), originJson(cause)]));
  return {
    path,
    op,
    certainty,
    ...contentJson(change, secrets),
    modules: [...new Set(blames.map((blame) => blame.module))],
    causes: [...causes.values()],
  };
}

function contentJson(
  { path, after, reason }: Change,
  secrets: Secrets,
): { content: string | null; unknown: string | null } {
  if (after?.kind === "symlink") return { content: `-> ${secrets.text(after.target)}`, unknown: null };
  if (after?.kind !== "file") return { content: null, unknown: reason === undefined ? null : secrets.text(reason) };
  const text = decodeText(after.content);
  if (text === undefined) return { content: null, unknown: "binary content" };
  const whole = unknownReason(text);
  return whole === undefined ? { content: secrets.file(path, text), unknown: null } : { content: null, unknown: whole };
}

/** A file's text; undefined where its bytes are none. */
function decodeText(bytes: Buffer): string | undefined {
  return bytes.includes(0) ? undefined : strictText(bytes);
}
