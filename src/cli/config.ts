import type { Command } from "commander";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launchOptions.ts";
import { IMAGE_ARGUMENT, withOpenOptions } from "./opening.ts";
import { OWN_FORMATS, ownFormatOption } from "./options.ts";
import type { ConfigFlags } from "./run/config.ts";
import { configOption } from "./settings/options.ts";

/** Adds `config`, which shows the effective configuration. */
export function configCommand(program: Command, io: Io, end: (status: number) => void): void {
  withOpenOptions(
    program
      .command("config")
      .description("show the effective configuration, each value with the line it comes from")
      .argument("<image>", IMAGE_ARGUMENT)
      .addOption(ownFormatOption(OWN_FORMATS.config, "text or json"))
      .addOption(seedOption())
      .addOption(userDataOption())
      .addOption(datasourceOption())
      .addOption(instanceDataOption()),
  )
    .addOption(configOption())
    .option("--show-secrets", "show passwords, keys and tokens, which are hidden by default")
    .action(async (source: string, flags: ConfigFlags) => {
      const { showConfig } = await import("./run/config.ts");
      end(await showConfig(source, flags, io));
    });
}
