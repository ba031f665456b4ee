import { type Command, Option } from "commander";
import { withValues } from "./completion/values.ts";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launchOptions.ts";
import { withOpenOptions } from "./opening.ts";
import {
  collect,
  colorOption,
  failOnOption,
  minSeverityOption,
  pristineOption,
  protectOption,
  versionOption,
} from "./options.ts";
import type { GivenFixFlags } from "./run/fix.ts";
import { configOption, noIgnoresOption, ruleOption } from "./settings/options.ts";

/** Adds `fix`, which puts the proven fixes in place. */
export function fixCommand(program: Command, io: Io, end: (status: number) => void): void {
  withOpenOptions(
    program
      .command("fix")
      .description("put all proven fixes of the findings in place")
      .argument(
        "<image>",
        "root directory of an image (/ on a live machine); a tar archive, a disk or container image, or - for one on standard input, with --output or --dry-run; or a user-data, vendor-data or network configuration file",
      )
      .option("--dry-run", "print one diff for patch -p1 in the root of the image instead of writing")
      .option(
        "--output <dir>",
        "new directory for the edited files, each under its path in the image, instead of writing",
      )
      .addOption(
        withValues(
          new Option("--only <rule>", "rule whose findings are fixed, whatever their severity; repeatable").argParser(
            collect,
          ),
          async () => ({ words: (await import("../lint/rules/catalogue.ts")).ruleIds }),
        ),
      )
      .option("--unsafe", "include fixes that are not safe; the output names what each costs")
      .addOption(minSeverityOption("lowest severity of findings to fix (default: warning)"))
      .addOption(seedOption())
      .addOption(userDataOption())
      .addOption(datasourceOption())
      .addOption(instanceDataOption()),
  )
    .addOption(versionOption("fixed"))
    .addOption(configOption())
    .addOption(ruleOption())
    .addOption(noIgnoresOption())
    .addOption(pristineOption())
    .addOption(protectOption())
    .addOption(failOnOption("lowest severity that fails the run with exit status 1 if it is left in the fixed image"))
    .option("--exit-zero", "exit 0 despite findings that are left; other errors still fail")
    .addOption(colorOption())
    .action(async (source: string, flags: GivenFixFlags) => {
      const { fixImage } = await import("./run/fix.ts");
      end(await fixImage(source, flags, io));
    });
}
