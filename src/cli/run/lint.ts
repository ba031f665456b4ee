import { availableParallelism } from "node:os";
import { ASSUMED_VERSION, upstreamVersion } from "../../distro/version.ts";
import { lintFormats } from "../../report/formats.ts";
import { openBaseline, settleBaseline } from "../baseline.ts";
import { CommandError, EXIT, worstStatus } from "../exit.ts";
import { listedImages } from "../imageList.ts";
import type { Io } from "../io.ts";
import { lintAll } from "../lintAll.ts";
import type { GivenLintFlags, LintFlags } from "../lintFlags.ts";
import { type Linter, type LintSettings, openLinter } from "../lintImages.ts";
import { lowestSeverity, statusOfFindings, writeReports } from "../lintReports.ts";
import { checkInput, checkUsage, checkUsed, isInRepository } from "../lintUsage.ts";
import { openOptions } from "../opening.ts";
import { optionName } from "../optionNames.ts";
import { type Output, parseOutput } from "../output.ts";
import { withSettings } from "../settings/settings.ts";
import { settledReports } from "../settledReports.ts";
import { reportUnread } from "../target.ts";

/** Runs `lint`. Returns the exit status. @throws CommandError */
export async function runLint(images: readonly string[], given: GivenLintFlags, io: Io): Promise<number> {
  const lists = given.from ?? [];
  checkInput([...images, ...lists, given.pristine]);
  const sources = listedImages(images, lists);
  return run(sources, { failOn: "error", ...withSettings(given, sources, io) }, io);
}

async function run(sources: readonly string[], flags: LintFlags, io: Io): Promise<number> {
  const outputs = (flags.format ?? ["text"]).map((value) =>
    parseOutput(value, Object.keys(lintFormats), `${optionName(flags, "format")} ${value}`),
  );
  checkUsage(sources, outputs, flags);
  const baseline = openBaseline(flags);
  const settings: LintSettings = {
    launch: flags,
    opening: openOptions(flags),
    pristine: flags.pristine,
    protect: flags.protect ?? [],
    severities: flags.severities,
    ignores: flags.ignores,
    // With --no-ignores, the known findings are reported too.
    baseline: baseline && (flags.ignores.comments ? baseline : { known: undefined }),
    version: cloudInitVersion(flags),
    repository: outputs.some(isInRepository) ? flags : undefined,
    minSeverity: lowestSeverity(outputs, flags),
    stdinFilename: flags.stdinFilename,
    plan: outputs.some(({ format }) => lintFormats[format]?.needsPlan),
  };
  const linter = await openLinter(settings, { isShared: sources.length > 1 });
  try {
    return await lintWith(linter, sources, { outputs, baseline }, flags, io);
  } finally {
    linter.pristine?.image.close?.();
  }
}

/** What a run writes. */
interface Written {
  readonly outputs: readonly Output[];
  readonly baseline: ReturnType<typeof openBaseline>;
}

/** Returns the exit status. */
async function lintWith(
  linter: Linter,
  sources: readonly string[],
  { outputs, baseline }: Written,
  flags: LintFlags,
  io: Io,
): Promise<number> {
  const { jobs = availableParallelism(), quiet = false } = flags;
  const outcomes = await lintAll(sources, linter, { jobs, quiet }, io);
  for (const { messages } of outcomes) if (messages !== "") io.err(messages);
  const reports = settledReports(outcomes, linter);
  const status = worstStatus(outcomes.map((outcome) => outcome.status));
  const { pristine, repository } = linter;
  const notLinted = outcomes.flatMap((outcome) => outcome.notLinted ?? []);
  const write = () => writeReports({ reports, notLinted }, outputs, { ...flags, anchor: repository?.anchor }, io);
  if (reports.length === 0) {
    // Those of a list are a part of a fleet, whose merged report says why. Wrong usage writes nothing.
    if (flags.from !== undefined && status !== EXIT.usage) await write();
    return status;
  }
  const isPristineRead =
    pristine === undefined || !reportUnread(`--pristine ${pristine.image.source}`, pristine.image.problems, io);
  // A missing image might have used them.
  if (reports.length === outcomes.length) checkUsed(outcomes, repository?.maps ?? [], flags);
  await write();
  const readStatus = worstStatus([status, isPristineRead ? EXIT.clean : EXIT.incomplete]);
  await settleBaseline(baseline?.known, outcomes, readStatus, flags, io);
  return worstStatus([
    readStatus,
    // Nothing is said of hidden findings where another status is returned.
    ...(readStatus === EXIT.clean ? [statusOfFindings(reports, flags, io)] : []),
  ]);
}

/** @throws CommandError if the given version is invalid. */
export function cloudInitVersion({ cloudInitVersion: given = ASSUMED_VERSION }: LintFlags): string {
  const version = upstreamVersion(given);
  if (version === undefined)
    throw new CommandError(
      EXIT.usage,
      `--cloud-init-version ${given}: not a version; an example is ${ASSUMED_VERSION}`,
    );
  return version;
}
