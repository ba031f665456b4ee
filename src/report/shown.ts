import type { Finding, Fix, ImageFacts, LintResult } from "../lint/finding.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { FileViews } from "./fileViews.ts";

/** A fix as reports show it. */
export interface ShownFix {
  readonly path: string;
  /** All of a new file; null where a file is changed or renamed, or where the new one would hold a secret. */
  readonly content: string | null;
  /** A unified diff of the file as it is, its secrets hidden; null where `content` is given or nothing of it changes. */
  readonly diff: string | null;
  /** The file that gets `path` as its new name, if any. */
  readonly renames: string | null;
}

/** A finding as reports show it. */
export interface ShownFinding extends Omit<Finding, "fix"> {
  readonly fix: ShownFix | null;
}

/** The outcome of a lint as reports show it: nothing in it is secret. */
export interface ShownResult extends Omit<LintResult, "findings" | "texts" | "secrets"> {
  readonly findings: readonly ShownFinding[];
  readonly files: FileViews;
}

const known = new WeakMap<LintResult, ShownResult>();

/** What reports are made of: every string of it has gone through the result's secrets. */
export function shown(result: LintResult): ShownResult {
  let own = known.get(result);
  if (own === undefined) {
    own = make(result);
    known.set(result, own);
  }
  return own;
}

function make(result: LintResult): ShownResult {
  const { image, findings, caveats, suppressed, unread, secrets } = result;
  const files = new FileViews(result);
  return {
    image: shownImage(image, secrets),
    findings: findings.map((finding) => shownFinding(finding, files, secrets)),
    caveats,
    suppressed,
    unread: unread.map(({ path, reason }) => ({ path, reason: secrets.text(reason) })),
    files,
  };
}

/** What is said of an image, whose name may be an address. */
export function shownImage(image: ImageFacts, secrets: Secrets): ImageFacts {
  return { ...image, source: secrets.text(image.source) };
}

function shownFinding(finding: Finding, files: FileViews, secrets: Secrets): ShownFinding {
  const { rule, severity, confidence, service, module, target, cause, evidence } = finding;
  const instead = target === null ? undefined : secrets.setting(service, target.setting);
  const value = (text: string | null) => (text === null ? null : (instead ?? secrets.text(text)));
  let message = finding.message;
  // Even of the shortest value the message quotes it.
  for (const text of instead === undefined ? [] : [target?.before, target?.after])
    if (text) message = message.replaceAll(`"${text}"`, `"${instead}"`);
  let fix: ShownFix | null | undefined;
  return {
    rule,
    severity,
    confidence,
    message: secrets.text(message),
    service,
    module,
    target: target && {
      ...target,
      setting: secrets.text(target.setting),
      before: value(target.before),
      after: value(target.after),
    },
    cause,
    evidence: secrets.text(evidence),
    // To find it takes further boots.
    get fix() {
      if (fix === undefined) fix = finding.fix && shownFix(finding.fix, files, secrets);
      return fix;
    },
  };
}

function shownFix({ path, content, renames }: Fix, files: FileViews, secrets: Secrets): ShownFix {
  if (renames !== undefined) return { path, content: null, diff: null, renames };
  const isWhole = !files.exists(path) && secrets.file(path, content) === content;
  const change = isWhole ? { content, diff: null } : { content: null, diff: files.diff(path, content) };
  return { path, ...change, renames: null };
}
