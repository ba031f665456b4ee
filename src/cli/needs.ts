import type { Command } from "commander";
import type { Io } from "./io.ts";

/** Adds `needs`, which prints the paths that lint reads, on one line to fit into a quoted remote command. */
export function needsCommand(program: Command, io: Io): void {
  program
    .command("needs")
    .description("print the paths that lint reads, for a machine that has only tar")
    .addHelpText(
      "after",
      `
Example:
  ssh builder "sudo sh -c 'cd / && tar -cf - \\$(ls -d $(cloud-init-lint needs) 2>/dev/null)'" | cloud-init-lint -

ls skips paths that do not exist on the machine, so anything that tar reports is
an error. GNU tar, BusyBox tar and bsdtar all work. Only root can read every
path, above all /etc/shadow; without it, lint exits with status 4. The list does
not include paths that only the image's own configuration or links name; if one
of them matters, lint says which to add.`,
    )
    .action(async () => {
      const { NEEDS } = await import("../lint/needs.ts");
      io.out(`${NEEDS.join(" ")}\n`);
    });
}
