import type { Command } from "commander";
import type { Io } from "./io.ts";
import { SETTINGS_FILE } from "./settings/options.ts";

/** Adds `init`, which writes a configuration file to fill in. */
export function initCommand(program: Command, io: Io): void {
  program
    .command("init")
    .description(`write a commented ${SETTINGS_FILE} into the working directory; existing files are kept`)
    .action(async () => {
      const { writeSettings } = await import("./run/init.ts");
      writeSettings(io);
    });
}
