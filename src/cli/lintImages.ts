import { launchOf } from "../boot/cloud/implied.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import type { RemoteUsage } from "../disk/remote/source.ts";
import { readSince, usageOfAll } from "../disk/remote/usage.ts";
import type { OpenOptions } from "../image/open.ts";
import { type Baseline, type BaselineEntry, withBaseline } from "../lint/baseline.ts";
import type { Severity } from "../lint/finding.ts";
import type { FixOptions } from "../lint/fixes/fixImage.ts";
import { type IgnoreOptions, type IgnoreUse, NO_IGNORE_USE } from "../lint/ignores/ignore.ts";
import { lint } from "../lint/lint.ts";
import { type LintFileOptions, lintFile } from "../lint/lintFile.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { catalogue } from "../lint/rules/catalogue.ts";
import { hideForms } from "../lint/secrets/forms.ts";
import type { RuleSeverities } from "../lint/severities.ts";
import { escapeText } from "../report/escape.ts";
import type { NotLinted } from "../report/fleet.ts";
import { type ImageReport, imageReport } from "../report/imageReport.ts";
import { baselineName } from "./baselineFile.ts";
import { CommandError, EXIT, failureOf } from "./exit.ts";
import { checkLaunch, type LaunchFlags, openLaunch } from "./launch.ts";
import { type Matched, matchedIn } from "./matched.ts";
import { type OpenedRepository, openRepository, type RepositoryFlags } from "./repository.ts";
import {
  openLooseFile,
  openRelated,
  openStandardInput,
  openTarget,
  reportCaveats,
  reportLeftOut,
  reportPackages,
  reportUnread,
  type Target,
} from "./target.ts";

/** What the lint of an image depends on, besides the image: files by name. Plain data, which can be sent to a thread. */
export interface LintSettings {
  readonly launch: LaunchFlags;
  /** What is chosen of each image. */
  readonly opening: OpenOptions;
  /** The unmodified image. */
  readonly pristine: string | undefined;
  readonly protect: readonly string[];
  readonly severities: RuleSeverities;
  readonly ignores: IgnoreOptions;
  /** The findings that are known, if there are any; undefined if no baseline is read or written. */
  readonly baseline?: { readonly known: Baseline | undefined } | undefined;
  /** The version of cloud-init that reads a file linted on its own. */
  readonly version: string;
  /** Undefined if no report shows findings in the files of a repository. */
  readonly repository: RepositoryFlags | undefined;
  /** The lowest severity that any of the reports shows. */
  readonly minSeverity: Severity;
  /** The name of the file that standard input is; undefined if "-" is an image. */
  readonly stdinFilename?: string | undefined;
  /** Whether a report shows the whole first boot. */
  readonly plan: boolean;
}

/** The settings of a lint with everything opened that all images need. */
export interface Linter {
  readonly settings: LintSettings;
  readonly launch: ReturnType<typeof openLaunch>;
  readonly pristine: Target | undefined;
  /** What was read of the unmodified image on another machine since this was last called. */
  readonly readOfPristine?: (() => RemoteUsage) | undefined;
  readonly repository: OpenedRepository | undefined;
}

/** What a lint of one image gives. Plain data, which can be sent from a thread. */
export interface ImageOutcome {
  readonly source: string;
  /** Lines for standard error, escaped. */
  readonly messages: string;
  /** The exit status, regardless of findings. */
  readonly status: number;
  /** Undefined if the image could not be linted. */
  readonly report: ImageReport | undefined;
  /** Why the image could not be linted. */
  readonly notLinted?: NotLinted;
  readonly ignoreUse: IgnoreUse;
  /** What its findings are in a baseline; empty if none is read or written. */
  readonly entries: readonly BaselineEntry[];
  readonly matched: Matched;
}

/**
 * Opens what all images need.
 * @param isShared whether other threads open the same
 * @throws CommandError if that cannot be used
 */
export async function openLinter(settings: LintSettings, { isShared = false } = {}): Promise<Linter> {
  const launch = openLaunch(settings.launch);
  const repository = settings.repository && openRepository(settings.repository, process.cwd());
  const pristine =
    settings.pristine === undefined
      ? undefined
      : await openPristine(settings.pristine, { ...settings.opening, isShared });
  const remote = pristine?.image.remote;
  return { settings, launch, pristine, readOfPristine: remote && readSince(remote.usage), repository };
}

const NOTHING: Matched = { maps: [], globs: [] };

/**
 * Lints one image, or a file on its own. Never throws: of several images, the others are still linted.
 * @param opened called when the image is opened; the rest is one computation
 * @param downloaded called while it is downloaded
 */
export async function lintImage(
  given: string,
  linter: Linter,
  opened = () => {},
  downloaded?: OpenOptions["downloaded"],
): Promise<ImageOutcome> {
  const file = given === "-" ? linter.settings.stdinFilename : undefined;
  const source = file ?? given;
  let messages = "";
  const log = {
    err: (text: string) => {
      messages += text;
    },
  };
  const { settings, repository } = linter;
  let target: Target | undefined;
  let lost: RemoteUsage | undefined;
  const closed = (usage: RemoteUsage) => {
    lost = usage;
  };
  try {
    const loose = file === undefined ? openLooseFile(source) : await openStandardInput(file);
    const told = (it?: Target) => {
      target = it;
      opened();
    };
    const { result: whole, matched } = await lintSource(source, loose, linter, log, told, { downloaded, closed });
    const { baseline, launch } = settings;
    const { result, entries } =
      baseline === undefined
        ? { result: whole, entries: [] }
        : withBaseline(whole, baseline.known, baselineName(source, whole, launch));
    const reported = imageReport(result, { minSeverity: settings.minSeverity, repository, plan: settings.plan });
    const report = withUsage(reported, [target?.image.remote?.usage(), linter.readOfPristine?.()]);
    const status = result.unread.length > 0 ? EXIT.incomplete : EXIT.clean;
    return { source, messages, status, report, ignoreUse: result.ignoreUse, entries, matched };
  } catch (error) {
    return failedOutcome(source, error, { messages, usage: target?.image.remote?.usage() ?? lost });
  } finally {
    target?.image.close?.();
  }
}

/** A report that says what else was read of other machines. */
export function withUsage(report: ImageReport, usages: readonly (RemoteUsage | undefined)[]): ImageReport {
  const usage = usageOfAll([report.usage, ...usages].flatMap((one) => one ?? []));
  return usage === undefined ? report : { ...report, usage };
}

/**
 * The outcome of an image that could not be linted.
 * @param earlier what was printed before, and what was read of the image on another machine
 */
export function failedOutcome(
  source: string,
  error: unknown,
  earlier: { readonly messages?: string; readonly usage?: RemoteUsage | undefined } = {},
): ImageOutcome {
  const { messages = "", usage } = earlier;
  const { status, message } = failureOf(error, source);
  const nothing = { report: undefined, ignoreUse: NO_IGNORE_USE, entries: [], matched: NOTHING };
  const [first = ""] = message.replace(/^cloud-init-lint: /, "").split("\n");
  const name = shownName(source);
  // Reports put the name before it.
  const why = [": ", " "].reduce((text, end) => {
    const about = `${escapeText(name)}${end}`;
    return text.startsWith(about) ? text.slice(about.length) : text;
  }, first);
  const notLinted = { source: hideForms(name), status, message: hideForms(why), usage };
  return { source, messages: messages + message, status, notLinted, ...nothing };
}

async function lintSource(
  source: string,
  file: SeedFile | undefined,
  linter: Linter,
  log: { err(text: string): void },
  opened: (target?: Target) => void,
  { downloaded, closed }: Pick<OpenOptions, "closed"> & { readonly downloaded: OpenOptions["downloaded"] },
): Promise<{ readonly result: LintResult; readonly matched: Matched }> {
  const { settings, launch, repository } = linter;
  if (file !== undefined) {
    opened();
    const result = lintFile(file, lintFileOptions(linter));
    reportCaveats(source, result.caveats, log);
    reportUnread(source, result.unread, log);
    return { result, matched: NOTHING };
  }
  const told = { ...(closed && { closed }), ...(downloaded && { downloaded }) };
  const target = await openTarget(source, { ...settings.opening, ...told });
  opened(target);
  checkLaunch(launch, source, target);
  const { image, distro } = target;
  const result = lint(image, lintOptions(linter, target));
  reportCaveats(source, result.caveats, log);
  reportPackages(source, distro.packages, log);
  reportLeftOut(source, target, log);
  reportUnread(source, result.unread, log);
  return { result, matched: matchedIn(image, repository?.maps ?? [], settings.protect) };
}

/** The options of a lint of an image. */
export function lintOptions({ settings, launch, pristine }: Linter, { image, distro }: Target): FixOptions {
  return {
    distro,
    rules: catalogue,
    protect: settings.protect,
    severities: settings.severities,
    ignores: settings.ignores,
    ...launchOf(image, launch),
    ...(pristine === undefined ? {} : { pristine }),
  };
}

/** The options of a lint of a file on its own. */
export function lintFileOptions({ settings: { version, severities, ignores } }: Linter): LintFileOptions {
  return { rules: catalogue, version, severities, ignores };
}

/** Opens --pristine. A missing image is a usage error here, since there still is an image to lint. */
async function openPristine(source: string, options: OpenOptions): Promise<Target> {
  try {
    return await openRelated(source, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const status = error.status === EXIT.nothing ? EXIT.usage : error.status;
    throw new CommandError(status, `--pristine: ${error.message}`);
  }
}
