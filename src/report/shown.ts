import type { Finding, Fix, IgnoredFinding, Loss } from "../lint/finding.ts";
import type { ImageFacts, LintResult } from "../lint/lintResult.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { FileViews } from "./fileViews.ts";
import type { Place } from "./shownPlace.ts";

/** The change of a fix to one file, as reports show it. */
export interface ShownEdit {
  readonly path: string;
  /** A unified diff against the current file, with masked secrets. */
  readonly diff: string;
  /** The content of a new file; null if the file exists or the content contains a secret. */
  readonly content: string | null;
}

/** A fix as reports show it. */
export interface ShownFix {
  /** Whether the boot with the fix is proven to be no worse; otherwise `why` says what the fix costs. */
  readonly safe: boolean;
  readonly why: string | null;
  readonly edits: readonly ShownEdit[];
  /** Set if the fix only renames a file. */
  readonly renames: { readonly from: string; readonly to: string } | null;
}

/** A finding as reports show it. */
export interface ShownFinding extends Omit<Finding, "proveFix"> {
  /** As Finding.proveFix, which is slow. */
  proveFix(): ShownFix | null;
}

/** The result of a lint as reports show it: without secrets. */
export interface ShownResult extends Omit<LintResult, "findings" | "ignored" | "texts" | "secrets"> {
  readonly findings: readonly ShownFinding[];
  readonly ignored: readonly (ShownFinding & Pick<IgnoredFinding, "ignored">)[];
  readonly files: FileViews;
}

const known = new WeakMap<LintResult, ShownResult>();

/** The content of reports: secrets are masked in all its strings. */
export function shown(result: LintResult): ShownResult {
  let own = known.get(result);
  if (own === undefined) {
    own = make(result);
    known.set(result, own);
  }
  return own;
}

function make(result: LintResult): ShownResult {
  const { image, findings, ignored, caveats, unread, secrets } = result;
  const files = new FileViews(result);
  return {
    image: shownImage(image, secrets),
    findings: findings.map((finding) => shownFinding(finding, files, secrets)),
    ignored: ignored.map((finding) => ({
      ...shownFinding(finding, files, secrets),
      ignored: { ...finding.ignored, reason: finding.ignored.reason && secrets.text(finding.ignored.reason) },
    })),
    caveats: caveats.map((caveat) => secrets.text(caveat)),
    unread: unread.map(({ path, reason }) => ({ path, reason: secrets.text(reason) })),
    files,
  };
}

/** The facts of an image, whose source may be a URL with a password. */
export function shownImage(image: ImageFacts, secrets: Secrets): ImageFacts {
  return { ...image, source: secrets.text(image.source) };
}

function shownFinding(finding: Finding, files: FileViews, secrets: Secrets): ShownFinding {
  const { rule, severity, confidence, service, module, losses, cause, evidence } = finding;
  let message = finding.message;
  const shownLosses = losses.map((loss): Loss => {
    const instead = loss.setting === null ? undefined : secrets.setting(service, loss.setting);
    const value = (text: string | null) => (text === null ? null : (instead ?? secrets.text(text)));
    // The message quotes the value, so even a short one can be masked.
    for (const text of instead === undefined ? [] : [loss.before, loss.after])
      if (text) message = message.replaceAll(`"${text}"`, `"${instead}"`);
    const setting = loss.setting === null ? null : secrets.text(loss.setting);
    return { ...loss, setting, before: value(loss.before), after: value(loss.after) };
  });
  let fix: ShownFix | null | undefined;
  return {
    rule,
    severity,
    confidence,
    message: secrets.text(message),
    service,
    module,
    losses: shownLosses,
    cause,
    evidence: secrets.text(evidence),
    proveFix() {
      if (fix === undefined) {
        const proven = finding.proveFix();
        fix = proven && shownFix(proven, files, secrets);
      }
      return fix;
    },
  };
}

/** A proven fix, which is safe. */
function shownFix({ path, content, renames }: Fix, files: FileViews, secrets: Secrets): ShownFix {
  const isWhole = !files.exists(path) && secrets.file(path, content) === content;
  const edit = { path, diff: files.diff(path, content), content: isWhole ? content : null };
  const proven = { safe: true, why: null };
  if (renames === undefined) return { ...proven, edits: [edit], renames: null };
  const removal = { path: renames, diff: files.diff(renames, undefined), content: null };
  return { ...proven, edits: [removal, edit], renames: { from: renames, to: path } };
}

/** The primary place of a finding: the cause, else the first loss, else the image. */
export function placeOf({ cause, losses }: Pick<Finding, "cause" | "losses">): Place {
  return cause ?? losses[0] ?? { path: "/", line: null };
}
