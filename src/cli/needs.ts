import type { Command } from "commander";
import { NEEDS } from "../lint/needs.ts";
import type { Io } from "./io.ts";

/** Adds `needs`: the paths that a lint reads, in one line, so that they fit into a quoted remote command. */
export function needsCommand(program: Command, io: Io): void {
  program
    .command("needs")
    .description("print the paths that a lint reads, for tar on a machine that has nothing else")
    .addHelpText(
      "after",
      `
Example:
  ssh builder "sudo tar -C / --ignore-failed-read -cf - $(cloud-init-lint needs)" | cloud-init-lint -

What is not there tar names on standard error: that is no fault. The tars of BusyBox and BSD have no --ignore-failed-read
and do without. Another user than root cannot pack all, /etc/shadow above all: the lint then ends with status 4. What only
the image's own configuration or links name is not among the paths: where it counts, the lint says what to add.`,
    )
    .action(() => io.out(`${NEEDS.join(" ")}\n`));
}
