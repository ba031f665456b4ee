import type { BootResult } from "../boot/boot.ts";
import { type Config, origins } from "../config/config.ts";
import type { Origin } from "../image/origin.ts";
import type { Change } from "../image/overlay.ts";
import { unknownReason } from "../image/unknown.ts";
import { strictText } from "../image/utf8.ts";
import type { Severity } from "../lint/finding.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import { libraryFacts } from "../lint/sentences/library.ts";
import { noteSentence } from "../lint/sentences/notes.ts";
import { whySentence } from "../lint/sentences/outcomes.ts";
import type { NotLinted } from "./fleet.ts";
import { type ImageReport, type ReportedEdit, type ReportedFinding, reportedImage } from "./imageReport.ts";
import { escapeJson, jsonText } from "./jsonText.ts";
import { nodeJson } from "./nodeJson.ts";
import { plannedChanges } from "./plannedChanges.ts";
import { atLeast, countAll } from "./severity.ts";

/** The number of characters of pointers and paths after which origins are cut, since aliases can expand a few lines to any size. */
const MAX_ORIGINS = 4_000_000;

const SCHEMA_VERSION = 2;

/**
 * Findings as JSON (schemas/lint-v2.schema.json). The summary also counts those that `minSeverity` leaves out. `notLinted` is
 * there unless one image was to be linted and was.
 */
export function jsonReport(
  results: readonly ImageReport[],
  minSeverity: Severity,
  notLinted: readonly NotLinted[] = [],
): string {
  return jsonText({
    schemaVersion: SCHEMA_VERSION,
    images: results.map((result) => ({
      image: imageJson(result.image),
      complete: result.unread.length === 0,
      problems: problemsJson(result),
      findings: atLeast(result.findings, minSeverity).map(findingJson),
      ignored: result.ignored.map(({ ignored: { by, path, line, reason }, ...finding }) => ({
        ...findingJson(finding),
        ignored: { by, path, line, reason },
      })),
      summary: { ...countAll([result]), ignored: result.ignored.length },
    })),
    ...(results.length === 1 && notLinted.length === 0
      ? {}
      : { notLinted: notLinted.map(({ source, status, message }) => ({ source, status, message })) }),
  });
}

/** What could not be read, and what is unknown about the whole image. */
function problemsJson({ image, unread, caveats }: ImageReport) {
  const path = image.isFile ? image.source : "/";
  return [
    ...unread.map(({ path, reason }) => ({ path, message: reason })),
    ...caveats.map((message) => ({ path, message })),
  ];
}

/** Everything that the first boot changes, as JSON (schemas/plan-v2.schema.json). */
export function planJson(image: ImageFacts, booted: BootResult): string {
  return jsonText(planOf(image, booted));
}

/** The data of `planJson`. */
export type Plan = ReturnType<typeof planOf>;

/** Everything that the first boot changes, as plain data (schemas/plan-v2.schema.json). */
export function planOf(image: ImageFacts, booted: BootResult) {
  const secrets = Secrets.ofBoot(booted);
  const hide = (text: string) => secrets.text(text);
  return {
    schemaVersion: SCHEMA_VERSION,
    image: imageJson(reportedImage(image, secrets)),
    modules: booted.modules.map(({ name, stage, frequency, status, why }) => ({
      name: hide(name),
      stage,
      frequency,
      status,
      why: why && { code: why.code, message: hide(whySentence(why)) },
    })),
    changes: plannedChanges(booted).map((change) => changeJson(change, secrets)),
    commands: booted.commands.map(({ module, command }) => ({ module, command: hide(command) })),
    notes: booted.notes.map((note) => ({ module: note.module, code: note.code, message: hide(noteSentence(note)) })),
    library: libraryFacts(booted).map(({ fact, message }) => ({ fact, message: hide(message) })),
  };
}

/**
 * The effective configuration as JSON (schemas/config-v2.schema.json): values and, by JSON pointer, their origins.
 * @param secrets masks secrets; nothing is masked without it
 */
export function configJson(config: Config, secrets?: Secrets): string {
  const value = nodeJson(secrets?.config(config.root) ?? config.root, "  ");
  const places = JSON.stringify(origins(config.root, MAX_ORIGINS), null, 2).replaceAll("\n", "\n  ");
  return escapeJson(`{\n  "schemaVersion": ${SCHEMA_VERSION},\n  "value": ${value},\n  "origins": ${places}\n}\n`);
}

/** The facts of an image: always the same members in the same order. */
export function imageJson({ source, distro, cloudInit, datasource, isFile }: ImageFacts) {
  return {
    source,
    distro: isFile ? null : { id: distro.id, version: distro.version },
    // Reports that are merged may be older.
    cloudInit: {
      version: cloudInit.version,
      enabled: cloudInit.enabled,
      ...(cloudInit.package === undefined ? {} : { package: cloudInit.package }),
    },
    datasource,
  };
}

function findingJson(finding: ReportedFinding) {
  const { rule, severity, confidence, message, service, module, losses, cause, evidence, fix } = finding;
  return {
    rule,
    severity,
    confidence,
    message,
    service,
    module,
    cause: cause && originJson(cause),
    losses: losses.map(({ path, line, setting, before, after }) => ({ path, line, setting, before, after })),
    evidence,
    fix: fix && {
      safe: fix.safe,
      why: fix.why,
      edits: fix.edits.flatMap(editJson),
    },
  };
}

function editJson({ path, diff, renames }: ReportedEdit) {
  return [...(renames === null ? [] : [{ path: renames.path, diff: renames.diff }]), { path, diff }];
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
): { content: string | null; mode: string | null; unknown: string | null } {
  if (after?.kind === "symlink") return { content: `-> ${secrets.text(after.target)}`, mode: null, unknown: null };
  if (after?.kind !== "file")
    return { content: null, mode: null, unknown: reason === undefined ? null : secrets.text(reason) };
  const mode = after.mode.toString(8).padStart(4, "0");
  const text = decodeText(after.content);
  if (text === undefined) return { content: null, mode, unknown: "binary content" };
  const whole = unknownReason(text);
  return whole === undefined
    ? { content: secrets.file(path, text), mode, unknown: null }
    : { content: null, mode, unknown: whole };
}

/** A file's text; undefined if it is not UTF-8 text. */
function decodeText(bytes: Buffer): string | undefined {
  return bytes.includes(0) ? undefined : strictText(bytes);
}
