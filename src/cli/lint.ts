import { type Command, Option } from "commander";
import { ASSUMED_VERSION } from "../boot/boot.ts";
import { upstreamVersion } from "../distro/version.ts";
import { catalogue } from "../lint/catalogue.ts";
import { type Finding, type LintResult, SEVERITIES, type Severity } from "../lint/finding.ts";
import { lint } from "../lint/lint.ts";
import { nearest } from "../lint/nearest.ts";
import { lintFile } from "../lint/userData/lintFile.ts";
import { escapeText } from "../report/escape.ts";
import { lintFormats } from "../report/formats.ts";
import { hiddenAnnotations } from "../report/githubLimits.ts";
import { withinLimits } from "../report/sarifLimits.ts";
import { atLeast } from "../report/severity.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { checkLaunch, datasourceOption, type LaunchFlags, openLaunch, seedOption, userDataOption } from "./launch.ts";
import { checkUsage, checkUsed, isIn, isInRepository } from "./lintUsage.ts";
import { parseOutput, writeOutput } from "./output.ts";
import { openRepository, type RepositoryFlags } from "./repository.ts";
import {
  openLooseFile,
  openTarget,
  reportCaveats,
  reportLeftOut,
  reportPackages,
  reportUnread,
  type Target,
} from "./target.ts";

const COMMANDS = ["lint", "plan", "config", "needs", "explain", "rules", "help"];

export interface LintFlags extends RepositoryFlags, LaunchFlags {
  readonly format?: readonly string[];
  readonly pristine?: string;
  readonly cloudInitVersion?: string;
  readonly protect?: readonly string[];
  readonly minSeverity?: Severity;
  readonly failOn: Severity | "never";
  readonly color: "auto" | "always" | "never";
  readonly quiet?: boolean;
  readonly exitZero?: boolean;
}

/** Adds `lint`, the command that runs when none is named. */
export function lintCommand(program: Command, io: Io, end: (status: number) => void): void {
  const collect = (value: string, all: readonly string[] = []) => [...all, value];
  program
    .command("lint", { isDefault: true })
    .description("find what the first boot will undo (the default command)")
    .argument(
      "<image...>",
      "the root directory of an image (/ on a live machine), a tar archive of it, or - for one on standard input; or a file of user-data, vendor-data or network configuration",
    )
    .option(
      "-f, --format <format[=file]>",
      `${Object.keys(lintFormats).join(", ")}; repeat it for several reports`,
      collect,
    )
    .addOption(seedOption())
    .addOption(userDataOption())
    .addOption(datasourceOption())
    .option(
      "--cloud-init-version <version>",
      `the version that will read a file linted on its own (default: ${ASSUMED_VERSION})`,
    )
    .option("--pristine <image>", "the unmodified image: only what differs from it counts as customised")
    .option("--protect <glob>", "files whose settings count as customised in any case, such as '/etc/ssh/**'", collect)
    .addOption(
      new Option(
        "--min-severity <severity>",
        "what is shown (default: warning as text and for github, info else; what --fail-on names in any case)",
      ).choices(SEVERITIES),
    )
    .addOption(
      new Option("--fail-on <severity>", "what gives exit status 1").choices([...SEVERITIES, "never"]).default("error"),
    )
    .option("--exit-zero", "exit with status 0 in spite of findings, for steps that only upload them")
    .option(
      "--map <imagepath=repopath>",
      "for sarif and github: the file or directory of the repository that a path of the image comes from",
      collect,
    )
    .option(
      "--anchor <file[:line]>",
      "for sarif and github: where findings are shown whose file the repository has not",
    )
    .addOption(new Option("--color <when>", "colour in text").choices(["auto", "always", "never"]).default("auto"))
    .option("-q, --quiet", "as text, say nothing of images without findings")
    .action(async (images: string[], flags: LintFlags) => end(await run(images, flags, io)));
}

async function run(sources: readonly string[], flags: LintFlags, io: Io): Promise<number> {
  const outputs = (flags.format ?? ["text"]).map((value) => parseOutput(value, Object.keys(lintFormats)));
  checkUsage(sources, outputs, flags);
  const launch = openLaunch(flags);
  const pristine = flags.pristine === undefined ? undefined : await openPristine(flags.pristine);
  const repository = outputs.some(isInRepository) ? openRepository(flags, process.cwd()) : undefined;
  const unmatched = new Set(repository?.maps);
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
      target = await openNamed(source);
      checkLaunch(launch, source, target);
    } catch (error) {
      // The other images are still worth a report.
      if (!(error instanceof CommandError) || sources.length === 1) throw error;
      io.err(`cloud-init-lint: ${escapeText(error.message)}\n`);
      missing = error.status;
      continue;
    }
    const { image, distro } = target;
    for (const map of unmatched) if (isIn(image, map)) unmatched.delete(map);
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
  // An image that is missing may have had a use for them.
  if (missing === undefined) checkUsed(results, unmatched, flags);
  for (const output of outputs) {
    const color = output.file === undefined && wantsColor(flags.color, io);
    const report = await lintFormats[output.format]!.load();
    const minSeverity = flags.minSeverity ?? milder(lintFormats[output.format]!.minSeverity, flags.failOn);
    writeOutput(
      io,
      output,
      report(results, {
        color,
        width: io.columns,
        minSeverity,
        quiet: flags.quiet === true,
        rules: catalogue,
        repository,
      }),
    );
    const cut = {
      sarif: () => withinLimits(results, minSeverity).cut,
      github: () => hiddenAnnotations(results, minSeverity),
    }[output.format];
    for (const told of cut?.() ?? []) io.err(`cloud-init-lint: ${output.format}: ${escapeText(told)}\n`);
  }
  if (missing !== undefined) return missing;
  if (incomplete) return EXIT.incomplete;
  if (flags.exitZero === true) return EXIT.clean;
  if (!results.some(({ findings }) => fails(findings, flags.failOn))) return EXIT.clean;
  const { minSeverity = "info" } = flags;
  if (!results.some(({ findings }) => fails(atLeast(findings, minSeverity), flags.failOn)))
    io.err(`cloud-init-lint: it fails for findings that --min-severity ${minSeverity} hides\n`);
  return EXIT.findings;
}

/** @throws CommandError for what is no version. */
function cloudInitVersion({ cloudInitVersion: given = ASSUMED_VERSION }: LintFlags): string {
  const version = upstreamVersion(given);
  if (version === undefined)
    throw new CommandError(EXIT.usage, `--cloud-init-version ${given}: it is no version such as ${ASSUMED_VERSION}`);
  return version;
}

/** A mistyped command looks like the name of an image. */
async function openNamed(source: string): Promise<Target> {
  try {
    return await openTarget(source);
  } catch (error) {
    const command = source.includes("/") ? undefined : nearest(source, COMMANDS);
    if (!(error instanceof CommandError) || command === undefined) throw error;
    throw new CommandError(EXIT.usage, `${error.message} (did you mean the command "${command}"?)`);
  }
}

/** What is no image here is wrong usage: there is something to lint all the same. */
async function openPristine(source: string): Promise<Target> {
  try {
    return await openTarget(source);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const status = error.status === EXIT.nothing ? EXIT.usage : error.status;
    throw new CommandError(status, `--pristine: ${error.message}`);
  }
}

/** What a report shows by default: what makes the command fail in any case. */
function milder(usual: Severity, failOn: Severity | "never"): Severity {
  return failOn !== "never" && SEVERITIES.indexOf(failOn) > SEVERITIES.indexOf(usual) ? failOn : usual;
}

function fails(findings: readonly Finding[], failOn: Severity | "never"): boolean {
  return failOn !== "never" && atLeast(findings, failOn).length > 0;
}

/** NO_COLOR and FORCE_COLOR as their conventions say; else colour on a terminal only. */
export function wantsColor(when: "auto" | "always" | "never", io: Io): boolean {
  if (when !== "auto") return when === "always";
  if (io.env.NO_COLOR) return false;
  if (io.env.FORCE_COLOR) return io.env.FORCE_COLOR !== "0";
  return io.terminal && io.env.TERM !== "dumb";
}
