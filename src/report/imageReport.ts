import type { RemoteUsage } from "../disk/remote/source.ts";
import { type Finding, type Fix, type IgnoredFinding, type Loss, SEVERITIES, type Severity } from "../lint/finding.ts";
import type { ImageFacts, LintResult } from "../lint/lintResult.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { type ReportedFile, ReportedFiles } from "./reportedFile.ts";
import { type ReportedPlan, reportedPlan } from "./reportedPlan.ts";
import type { Repository } from "./repository.ts";
import type { Place } from "./shownPlace.ts";

/** The change of a fix to one file. */
export interface ReportedEdit {
  readonly path: string;
  /** A unified diff against the current file, with masked secrets. */
  readonly diff: string;
  /** The content of a new file; null if the file exists or the content contains a secret. */
  readonly content: string | null;
  /** The file that is renamed to `path`, and the diff that deletes it; null otherwise. */
  readonly renames: { readonly path: string; readonly diff: string } | null;
}

/** A fix: see Fix. */
export interface ReportedFix {
  readonly safe: boolean;
  readonly why: string | null;
  readonly edits: readonly ReportedEdit[];
}

/** A finding with its fix; null if there is none, or if the finding's severity is below the one that is reported. */
export interface ReportedFinding extends Omit<Finding, "proveFix"> {
  readonly fix: ReportedFix | null;
}

/** A finding that is ignored, and where that is configured. */
export type ReportedIgnored = ReportedFinding & Pick<IgnoredFinding, "ignored">;

/**
 * Everything that the reports of one image show, without secrets. It is plain data, which can be sent to another thread, and it
 * is all that a report knows.
 */
export interface ImageReport {
  readonly image: ImageFacts;
  /** By severity, then by cause. */
  readonly findings: readonly ReportedFinding[];
  readonly ignored: readonly ReportedIgnored[];
  readonly caveats: readonly string[];
  readonly unread: readonly { readonly path: string; readonly reason: string }[];
  /** The files of causes, losses and fixes, by path. */
  readonly files: Readonly<Record<string, ReportedFile>>;
  /** The whole first boot; null if no report shows it or there is none. */
  readonly plan: ReportedPlan | null;
  /** How many findings are only counted, since the report that this one is made from leaves them out. */
  readonly hidden?: Readonly<Record<Severity, number>>;
  /** What was read of other machines for the image. */
  readonly usage?: RemoteUsage;
}

/** What the reports of one run have in common. */
export interface ReportedParts {
  /** The lowest severity that any of the reports shows: less severe findings are only counted, and their fixes are not proven. */
  readonly minSeverity: Severity;
  /** For reports that show findings in the files of a repository. */
  readonly repository?: Repository | undefined;
  /** Whether a report shows the whole first boot. */
  readonly plan?: boolean | undefined;
}

/** The content of reports on one result. Proves the fixes of all findings that are reported. */
export function imageReport(result: LintResult, { minSeverity, repository, plan }: ReportedParts): ImageReport {
  const { image, findings, ignored, caveats, unread, booted, secrets } = result;
  const files = new ReportedFiles(result, repository);
  const isReported = ({ severity }: Finding) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(minSeverity);
  const reported = (finding: Finding) => reportedFinding(finding, isReported(finding), files, secrets);
  const wholeBoot = plan === true && booted !== null ? reportedPlan(booted, secrets) : null;
  for (const { changes } of wholeBoot?.modules ?? [])
    for (const { causes } of changes) for (const { path } of causes) files.get(path);
  return {
    image: reportedImage(image, secrets),
    findings: findings.map(reported),
    // Nobody wants a fix for what is ignored, and each takes a boot.
    ignored: ignored.map((finding) => ({
      ...reported({ ...finding, proveFix: () => null }),
      ignored: { ...finding.ignored, reason: finding.ignored.reason && secrets.text(finding.ignored.reason) },
    })),
    caveats: caveats.map((caveat) => secrets.text(caveat)),
    unread: unread.map(({ path, reason }) => ({ path, reason: secrets.text(reason) })),
    files: files.all,
    plan: wholeBoot,
  };
}

/** The facts of an image, whose source may be a URL with a password. */
export function reportedImage(image: ImageFacts, secrets: Secrets): ImageFacts {
  return { ...image, source: secrets.text(image.source) };
}

function reportedFinding(finding: Finding, isWhole: boolean, files: ReportedFiles, secrets: Secrets): ReportedFinding {
  const { rule, severity, confidence, service, module, losses, cause, evidence } = finding;
  const shownLosses = losses.map((loss): Loss => {
    const instead = loss.setting === null ? undefined : secrets.setting(service, loss.setting);
    const value = (text: string | null) => (text === null ? null : (instead ?? secrets.text(text)));
    const setting = loss.setting === null ? null : secrets.text(loss.setting);
    return { ...loss, setting, before: value(loss.before), after: value(loss.after) };
  });
  const fix = isWhole ? finding.proveFix() : null;
  if (isWhole) for (const path of [cause?.path ?? "/", ...losses.map((loss) => loss.path)]) files.get(path);
  return {
    rule,
    severity,
    confidence,
    message: shownMessage(finding, secrets),
    service,
    module,
    losses: shownLosses,
    cause,
    evidence: secrets.text(evidence),
    fix: fix && reportedFix(fix, files, secrets),
  };
}

/** The message of a finding without secrets. It quotes the values that are lost, so that even short ones can be masked. */
export function shownMessage({ message, service, losses }: Finding, secrets: Secrets): string {
  let shown = message;
  for (const { setting, before, after } of losses) {
    const instead = setting === null ? undefined : secrets.setting(service, setting);
    if (instead !== undefined)
      for (const value of [before, after]) if (value) shown = shown.replaceAll(`"${value}"`, `"${instead}"`);
  }
  return secrets.text(shown);
}

function reportedFix({ safe, why, edits }: Fix, files: ReportedFiles, secrets: Secrets): ReportedFix {
  return {
    safe,
    why: why && secrets.text(why),
    edits: edits.map(({ path, content, renames: from }) => {
      const isWhole = !files.get(path).exists && files.hide(path, content) === content;
      const renames = from === undefined ? null : { path: from, diff: files.diff(from, undefined) };
      return { path, diff: files.diff(path, content), content: isWhole ? content : null, renames };
    }),
  };
}

/** The primary place of a finding: the cause, else the first loss, else the image. */
export function placeOf({ cause, losses }: Pick<Finding, "cause" | "losses">): Place {
  return cause ?? losses[0] ?? { path: "/", line: null };
}
