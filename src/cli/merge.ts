import type { Command } from "commander";
import type { Io } from "./io.ts";
import {
  anchorOption,
  colorOption,
  exitZeroOption,
  failOnOption,
  formatOption,
  mapOption,
  minSeverityOption,
  quietOption,
} from "./options.ts";
import type { MergeFlags } from "./run/merge.ts";

/** Adds `merge`, which makes reports of the JSON reports of several lints. */
export function mergeCommand(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("merge")
    .description("combine reports of lint -f json into one report, in any format")
    .argument("<report...>", "reports of lint -f json, or - to read one from standard input")
    .addOption(formatOption())
    .addOption(minSeverityOption("lowest severity to show (default: as for lint)"))
    .addOption(failOnOption("lowest severity that fails the run with exit status 1"))
    .addOption(exitZeroOption())
    .addOption(mapOption())
    .addOption(anchorOption())
    .addOption(colorOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Example:
  cloud-init-lint merge web.json db.json -f sarif=all.sarif -f markdown=all.md

The reports do not contain the files of the images: text leaves out the lines
around a cause, and files are found in the repository by --map only. To merge
all findings, lint without --min-severity. An image that two reports contain
with the same content is included once.`,
    )
    .action(async (files: string[], flags: Partial<MergeFlags>) => {
      const { mergeReports } = await import("./run/merge.ts");
      end(await mergeReports(files, { failOn: "error", color: "auto", ...flags }, io));
    });
}
