import { lstatSync } from "node:fs";
import { type Command, Option } from "commander";
import { SEVERITIES } from "../lint/finding.ts";
import { lintFormats } from "../report/formats.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launchOptions.ts";
import type { GivenLintFlags } from "./lintFlags.ts";
import { IMAGE_ARGUMENT, withOpenOptions } from "./opening.ts";
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
import { nearestInAnyCase } from "./output.ts";
import { configOption, noIgnoresOption, ruleOption } from "./settings/options.ts";

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
      if (images.length === 0 && flags.from === undefined)
        throw new CommandError(EXIT.usage, "missing required argument 'image' (see --help)");
      const { runLint } = await import("./run/lint.ts");
      end(await runLint(images, flags, io));
    });
}

const FROM =
  "file with the names of more images, one in each line, or the ids that aws ec2 describe-images prints as text or JSON; - for standard input; repeatable";

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
