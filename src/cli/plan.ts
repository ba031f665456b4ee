import type { Command } from "commander";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launchOptions.ts";
import { IMAGE_ARGUMENT, withOpenOptions } from "./opening.ts";
import { colorOption, OWN_FORMATS, ownFormatOption } from "./options.ts";
import type { PlanFlags } from "./run/plan.ts";
import { configOption } from "./settings/options.ts";

/** Adds `plan`, which shows everything that the first boot will change. */
export function planCommand(program: Command, io: Io, end: (status: number) => void): void {
  withOpenOptions(
    program
      .command("plan")
      .description("show everything that the first boot will change, module by module, as diffs")
      .argument("<image>", IMAGE_ARGUMENT)
      .addOption(ownFormatOption(OWN_FORMATS.plan, "text, json or html"))
      .addOption(seedOption())
      .addOption(userDataOption())
      .addOption(datasourceOption())
      .addOption(instanceDataOption()),
  )
    .addOption(configOption())
    .addOption(colorOption())
    .action(async (source: string, flags: PlanFlags) => {
      const { showPlan } = await import("./run/plan.ts");
      end(await showPlan(source, flags, io));
    });
}
