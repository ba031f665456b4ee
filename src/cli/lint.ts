import { lstatSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { ASSUMED_VERSION, upstreamVersion } from "../distro/version.ts";
import { SEVERITIES } from "../lint/finding.ts";
import { lintFormats } from "../report/formats.ts";
import { openBaseline, settleBaseline } from "./baseline.ts";
import { CommandError, EXIT, worstStatus } from "./exit.ts";
import { listedImages } from "./imageList.ts";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launch.ts";
import { lintAll } from "./lintAll.ts";
import type { GivenLintFlags, LintFlags } from "./lintFlags.ts";
import { openLinter } from "./lintImages.ts";
import { lowestSeverity, statusOfFindings, writeReports } from "./lintReports.ts";
import { checkInput, checkUsage, checkUsed, isInRepository } from "./lintUsage.ts";
import { IMAGE_ARGUMENT, openOptions, withOpenOptions } from "./opening.ts";
import { optionName } from "./optionNames.ts";
import {
  anchorOption,
  collect,
  colorOption,
  exitZeroOption,
  failOnOption,
  formatOption,
  mapOption,
  minSeverityOption,
  pristineOption,
  protectOption,
  quietOption,
  versionOption,
} from "./options.ts";
import { nearestInAnyCase, parseOutput } from "./output.ts";
import { configOption, noIgnoresOption, ruleOption, withSettings } from "./settings/settings.ts";
import { settledReports } from "./settledReports.ts";
import { reportUnread } from "./target.ts";

/** Adds `lint`, the default command. */
export function lintCommand(program: Command, io: Io, end: (status: number) => void): void {
  withOpenOptions(
    program
      .command("lint", { isDefault: true })
      .description("find what the first boot will undo (the default command)")
      .argument("[image...]", `${IMAGE_ARGUMENT}; or a user-data, vendor-data or network configuration file`)
      .option("--from <file>", FROM, collect)
      .addOption(formatOption())
      .addOption(seedOption())
      .addOption(userDataOption())
      .addOption(datasourceOption())
      .addOption(instanceDataOption()),
  )
    .option(
      "--stdin-filename <file>",
      "name of the user-data, vendor-data or network configuration file that - reads from standard input",
    )
    .addOption(versionOption("linted"))
    .addOption(configOption())
    .addOption(ruleOption())
    .addOption(noIgnoresOption())
    .option("--baseline <file>", "known findings, which are ignored: only new ones are reported and fail the run")
    .option("--write-baseline <file>", "write the findings of this run to a baseline")
    .addOption(pristineOption())
    .addOption(protectOption())
    .addOption(
      minSeverityOption(
        `lowest severity to show (default: ${defaultSeverities()}; the --fail-on severity if that is lower)`,
      ),
    )
    .addOption(failOnOption("lowest severity that fails the run with exit status 1"))
    .addOption(exitZeroOption())
    .addOption(mapOption())
    .addOption(anchorOption())
    .addOption(colorOption())
    .addOption(
      new Option(
        "-j, --jobs <number>",
        "images to lint at a time (default: as many as there are processors)",
      ).argParser(parseJobs),
    )
    .addOption(quietOption())
    .action(async (images: string[], flags: GivenLintFlags) => {
      if (program.args[0] !== "lint") checkWords(images, [...program.commands.map((one) => one.name()), "help"]);
      const lists = flags.from ?? [];
      if (images.length === 0 && lists.length === 0)
        throw new CommandError(EXIT.usage, "missing required argument 'image' (see --help)");
      checkInput([...images, ...lists, flags.pristine]);
      const sources = listedImages(images, lists);
      end(await run(sources, { failOn: "error", ...withSettings(flags, sources, io) }, io));
    });
}

const FROM =
  "file with the names of more images, one in each line, or the ids that aws ec2 describe-images prints as text or JSON; - for standard input; repeatable";

async function run(sources: readonly string[], flags: LintFlags, io: Io): Promise<number> {
  const outputs = (flags.format ?? ["text"]).map((value) =>
    parseOutput(value, Object.keys(lintFormats), `${optionName(flags, "format")} ${value}`),
  );
  checkUsage(sources, outputs, flags);
  const baseline = openBaseline(flags);
  const linter = await openLinter({
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
  });
  const { jobs = availableParallelism(), quiet = false } = flags;
  const outcomes = await lintAll(sources, linter, { jobs, quiet }, io);
  for (const { messages } of outcomes) if (messages !== "") io.err(messages);
  const reports = settledReports(outcomes, linter);
  const status = worstStatus(outcomes.map((outcome) => outcome.status));
  if (reports.length === 0) return status;
  const { pristine, repository } = linter;
  const isPristineRead =
    pristine === undefined || !reportUnread(`--pristine ${pristine.image.source}`, pristine.image.problems, io);
  // A missing image might have used them.
  if (reports.length === outcomes.length) checkUsed(outcomes, repository?.maps ?? [], flags);
  const notLinted = outcomes.flatMap((outcome) => outcome.notLinted ?? []);
  await writeReports({ reports, notLinted }, outputs, { ...flags, anchor: repository?.anchor }, io);
  const readStatus = worstStatus([status, isPristineRead ? EXIT.clean : EXIT.incomplete]);
  await settleBaseline(baseline?.known, outcomes, readStatus, flags, io);
  return worstStatus([
    readStatus,
    // Nothing is said of hidden findings where another status is returned.
    ...(readStatus === EXIT.clean ? [statusOfFindings(reports, flags, io)] : []),
  ]);
}

/** The severities that formats show by default, such as `warning for text, info for json`. */
function defaultSeverities(): string {
  const of = Object.entries(lintFormats);
  return SEVERITIES.flatMap((severity) => {
    const names = of.flatMap(([name, { minSeverity }]) => (minSeverity === severity ? name : []));
    return names.length === 0 ? [] : `${severity} for ${names.join(", ")}`;
  }).join("; ");
}

/** @throws CommandError if it is not a number of images. */
function parseJobs(value: string): number {
  if (!/^0*[1-9][0-9]{0,8}$/.test(value))
    throw new CommandError(EXIT.usage, `--jobs ${value || '""'}: the number of images must be a whole number from 1`);
  return Number(value);
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

/** @throws CommandError for a word that is more likely a misplaced or misspelled command than a missing image. */
function checkWords(sources: readonly string[], commands: readonly string[]): void {
  const word = sources.find((source) => /^[a-z][a-z-]*$/i.test(source) && !isThere(source));
  if (word === undefined) return;
  if (commands.includes(word))
    throw new CommandError(
      EXIT.usage,
      `there is no image "${word}"; to run the command, put it first: cloud-init-lint ${word} ...`,
    );
  const near = nearestInAnyCase(word, commands);
  const advice =
    near === undefined ? `commands: ${commands.join(", ")}; see --help` : `did you mean the command "${near}"?`;
  throw new CommandError(EXIT.usage, `"${word}" is neither a command nor an image (${advice})`);
}

/** Whether a file of this name exists; a broken link counts. */
function isThere(name: string): boolean {
  try {
    return lstatSync(name, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
