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

What is not there tar names on standard error: that is no fault. As another user than root it leaves out what it must not
read, /etc/shadow above all.`,
    )
    .action(() => io.out(`${NEEDS.join(" ")}\n`));
}
