import { lstatSync } from "node:fs";
import { type Command, Option } from "commander";
import { ASSUMED_VERSION } from "../boot/boot.ts";
import { upstreamVersion } from "../distro/version.ts";
import { type Finding, SEVERITIES, type Severity } from "../lint/finding.ts";
import { lint } from "../lint/lint.ts";
import { lintFile } from "../lint/lintFile.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { catalogue } from "../lint/rules/catalogue.ts";
import { escapeText } from "../report/escape.ts";
import { lintFormats } from "../report/formats.ts";
import { hiddenAnnotations } from "../report/githubLimits.ts";
import { imageReport } from "../report/imageReport.ts";
import { withinLimits } from "../report/sarifLimits.ts";
import { atLeast } from "../report/severity.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { checkLaunch, datasourceOption, openLaunch, seedOption, userDataOption } from "./launch.ts";
import type { LintFlags } from "./lintFlags.ts";
import { checkUsage, checkUsed, isInRepository, matchIn } from "./lintUsage.ts";
import { nearestInAnyCase, type Output, parseOutput, writeOutput } from "./output.ts";
import { openRepository } from "./repository.ts";
import {
  openLooseFile,
  openTarget,
  reportCaveats,
  reportLeftOut,
  reportPackages,
  reportUnread,
  type Target,
} from "./target.ts";

/** Adds `lint`, the default command. */
export function lintCommand(program: Command, io: Io, end: (status: number) => void): void {
  const collect = (value: string, all: readonly string[] = []) => [...all, value];
  program
    .command("lint", { isDefault: true })
    .description("find what the first boot will undo (the default command)")
    .argument(
      "<image...>",
      "root directory of an image (/ on a live machine), a tar archive of it, or - to read an archive from standard input; or a user-data, vendor-data or network configuration file",
    )
    .option(
      "-f, --format <format[=file]>",
      `${Object.keys(lintFormats).join(", ")}; add =file to write to a file; repeatable`,
      collect,
    )
    .addOption(seedOption())
    .addOption(userDataOption())
    .addOption(datasourceOption())
    .option(
      "--cloud-init-version <version>",
      `version of cloud-init to assume for a file linted on its own (default: ${ASSUMED_VERSION})`,
    )
    .option("--pristine <image>", "unmodified image; only differences from it count as customised")
    .option(
      "--protect <glob>",
      "files whose settings always count as customised, such as '/etc/ssh/**'; repeatable",
      collect,
    )
    .addOption(
      new Option(
        "--min-severity <severity>",
        "lowest severity to show (default: warning for text and github, info for json and sarif; the --fail-on severity if that is lower)",
      ).choices(SEVERITIES),
    )
    .addOption(
      new Option("--fail-on <severity>", "lowest severity that fails the run (exit status 1)")
        .choices([...SEVERITIES, "never"])
        .default("error"),
    )
    .option("--exit-zero", "exit 0 despite findings, for steps that only upload them; other errors still fail")
    .option(
      "--map <imagepath=repopath>",
      "for sarif and github: file or directory in the repository that an image path comes from; repeatable",
      collect,
    )
    .option(
      "--anchor <file[:line]>",
      "for sarif and github: where to show findings whose file is not in the repository",
    )
    .addOption(
      new Option("--color <when>", "colour in text output").choices(["auto", "always", "never"]).default("auto"),
    )
    .option("-q, --quiet", "omit images without findings from text output")
    .action(async (images: string[], flags: LintFlags) => {
      if (program.args[0] !== "lint") checkWords(images, [...program.commands.map((one) => one.name()), "help"]);
      end(await run(images, flags, io));
    });
}

async function run(sources: readonly string[], flags: LintFlags, io: Io): Promise<number> {
  const outputs = (flags.format ?? ["text"]).map((value) => parseOutput(value, Object.keys(lintFormats)));
  checkUsage(sources, outputs, flags);
  const launch = openLaunch(flags);
  const pristine = flags.pristine === undefined ? undefined : await openPristine(flags.pristine);
  const repository = outputs.some(isInRepository) ? openRepository(flags, process.cwd()) : undefined;
  const unmatched = { maps: new Set(repository?.maps), globs: new Set(flags.protect) };
  let incomplete = false;
  let missing: number | undefined;
  const results: LintResult[] = [];
  const version = cloudInitVersion(flags);
  for (const source of sources) {
    let target: Target;
    try {
      const file = openLooseFile(source);
      if (file !== undefined) {
        const result = lintFile(file, { rules: catalogue, version });
        reportCaveats(source, result.caveats, io);
        if (reportUnread(source, result.unread, io)) incomplete = true;
        results.push(result);
        continue;
      }
      target = await openTarget(source);
      checkLaunch(launch, source, target);
    } catch (error) {
      // The other images are still linted and reported.
      if (!(error instanceof CommandError) || sources.length === 1) throw error;
      io.err(`cloud-init-lint: ${escapeText(error.message)}\n`);
      missing = error.status;
      continue;
    }
    const { image, distro } = target;
    matchIn(image, unmatched);
    const result = lint(image, {
      distro,
      rules: catalogue,
      protect: flags.protect ?? [],
      ...launch,
      ...(pristine === undefined ? {} : { pristine }),
    });
    reportCaveats(source, result.caveats, io);
    reportPackages(source, distro.packages, io);
    reportLeftOut(source, target, io);
    if (reportUnread(source, result.unread, io)) incomplete = true;
    results.push(result);
  }
  if (missing !== undefined && results.length === 0) return missing;
  if (pristine !== undefined && reportUnread(`--pristine ${flags.pristine}`, pristine.image.problems, io))
    incomplete = true;
  // A missing image might have used them.
  if (missing === undefined) checkUsed(results, unmatched, flags);
  const leastOf = ({ format }: Output) => flags.minSeverity ?? milder(lintFormats[format]!.minSeverity, flags.failOn);
  const lowest = outputs.map(leastOf).sort((a, b) => SEVERITIES.indexOf(b) - SEVERITIES.indexOf(a))[0]!;
  const reports = results.map((result) => imageReport(result, { minSeverity: lowest, repository }));
  for (const output of outputs) {
    const color = output.file === undefined && wantsColor(flags.color, io);
    const report = await lintFormats[output.format]!.load();
    const minSeverity = leastOf(output);
    await writeOutput(
      io,
      output,
      report(reports, {
        color,
        width: io.columns,
        minSeverity,
        quiet: flags.quiet === true,
        rules: catalogue,
        anchor: repository?.anchor,
      }),
    );
    const cut = {
      sarif: () => withinLimits(reports, minSeverity).cut,
      github: () => hiddenAnnotations(reports, minSeverity),
    }[output.format];
    for (const told of cut?.() ?? []) io.err(`cloud-init-lint: ${output.format}: ${escapeText(told)}\n`);
  }
  if (missing !== undefined) return missing;
  if (incomplete) return EXIT.incomplete;
  if (flags.exitZero === true) return EXIT.clean;
  if (!results.some(({ findings }) => fails(findings, flags.failOn))) return EXIT.clean;
  const { minSeverity = "info" } = flags;
  if (!results.some(({ findings }) => fails(atLeast(findings, minSeverity), flags.failOn)))
    io.err(`cloud-init-lint: failed because of findings hidden by --min-severity ${minSeverity}\n`);
  return EXIT.findings;
}

/** @throws CommandError if the given version is invalid. */
function cloudInitVersion({ cloudInitVersion: given = ASSUMED_VERSION }: LintFlags): string {
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

/** Opens --pristine. A missing image is a usage error here, since there still is an image to lint. */
async function openPristine(source: string): Promise<Target> {
  try {
    return await openTarget(source);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const status = error.status === EXIT.nothing ? EXIT.usage : error.status;
    throw new CommandError(status, `--pristine: ${error.message}`);
  }
}

/** The lowest severity that a report shows by default: anything that fails the run is always shown. */
function milder(usual: Severity, failOn: Severity | "never"): Severity {
  return failOn !== "never" && SEVERITIES.indexOf(failOn) > SEVERITIES.indexOf(usual) ? failOn : usual;
}

function fails(findings: readonly Finding[], failOn: Severity | "never"): boolean {
  return failOn !== "never" && atLeast(findings, failOn).length > 0;
}

/** Whether to use colour: NO_COLOR and FORCE_COLOR decide as their conventions say; otherwise only on a terminal. */
export function wantsColor(when: "auto" | "always" | "never", io: Io): boolean {
  if (when !== "auto") return when === "always";
  if (io.env.NO_COLOR) return false;
  if (io.env.FORCE_COLOR) return io.env.FORCE_COLOR !== "0";
  return io.terminal && io.env.TERM !== "dumb";
}
