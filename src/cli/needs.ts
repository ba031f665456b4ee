import type { Command } from "commander";
import { NEEDS } from "../lint/needs.ts";
import type { Io } from "./io.ts";

/** Adds `needs`: the paths that a lint reads, in one line, so that they fit into a quoted remote command. */
export function needsCommand(program: Command, io: Io): void {
  program
    .command("needs")
    .description("print the paths that a lint reads, for a machine that has only tar")
    .addHelpText(
      "after",
      `
Example:
  ssh builder "sudo sh -c 'cd / && tar -cf - \\$(ls -d $(cloud-init-lint needs) 2>/dev/null)'" | cloud-init-lint -

ls leaves out the paths that the machine does not have; whatever tar reports is an error. This works with the tars of GNU,
BusyBox and BSD. Only root can pack everything, above all /etc/shadow: without it the lint ends with status 4. A path that
only the image's own configuration or links name is not in the list: where it matters, the lint says what to add.`,
    )
    .action(() => io.out(`${NEEDS.join(" ")}\n`));
}
