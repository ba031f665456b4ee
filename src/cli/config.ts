import type { Command } from "commander";
import { boot } from "../boot/boot.ts";
import { launchOf } from "../boot/cloud/implied.ts";
import { unreadFiles } from "../config/read.ts";
import { caveatsOf } from "../lint/caveats.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import { fatalProblem, fileProblem } from "../lint/sentences/configuration.ts";
import { escapeText } from "../report/escape.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import {
  checkLaunch,
  datasourceOption,
  inputFiles,
  instanceDataOption,
  type LaunchFlags,
  openLaunch,
  seedOption,
  userDataOption,
} from "./launch.ts";
import { IMAGE_ARGUMENT, type OpenFlags, openOptions, withOpenOptions } from "./opening.ts";
import { ownFormatOption } from "./options.ts";
import { checkOutputs, parseOutput, writeOutput } from "./output.ts";
import { configOption, withLaunch } from "./settings/settings.ts";
import { openTarget, reportCaveats, reportLeftOut, reportPackages, reportUnread } from "./target.ts";

const FORMATS = ["text", "json"];

interface ConfigFlags extends LaunchFlags, OpenFlags {
  readonly config?: string;
  readonly format: string;
  readonly showSecrets?: boolean;
}

/** Adds `config`, which shows the effective configuration. */
export function configCommand(program: Command, io: Io, end: (status: number) => void): void {
  withOpenOptions(
    program
      .command("config")
      .description("show the effective configuration, each value with the line it comes from")
      .argument("<image>", IMAGE_ARGUMENT)
      .addOption(ownFormatOption(FORMATS, "text or json"))
      .addOption(seedOption())
      .addOption(userDataOption())
      .addOption(datasourceOption())
      .addOption(instanceDataOption()),
  )
    .addOption(configOption())
    .option("--show-secrets", "show passwords, keys and tokens, which are hidden by default")
    .action(async (source: string, flags: ConfigFlags) => end(await run(source, withLaunch(flags, source, io), io)));
}

async function run(source: string, flags: ConfigFlags, io: Io): Promise<number> {
  const output = parseOutput(flags.format, FORMATS);
  checkOutputs([output], [source, ...inputFiles(flags)]);
  const launch = openLaunch(flags);
  const target = await openTarget(source, openOptions(flags));
  checkLaunch(launch, source, target);
  const { image, distro } = target;
  const result = boot(image, { distro, ...launchOf(image, launch) });
  const { config, base } = result;
  const secrets = flags.showSecrets === true ? undefined : Secrets.ofBoot(result);
  const hide = (text: string) => secrets?.text(text) ?? text;
  for (const { path, dropped, unread } of base.files)
    if (dropped !== undefined && unread !== true)
      io.err(
        escapeText(`${path}:${dropped.line}:${dropped.column}: ignored: ${hide(fileProblem(dropped))}`).concat("\n"),
      );
  if (base.fatal !== undefined) {
    const { path, line, column } = base.fatal.origin;
    const why = hide(fatalProblem(base.fatal));
    io.err(`${escapeText(`${path}:${line}:${column}: cloud-init stops with an error: ${why}`)}\n`);
  }
  if (output.format === "json")
    await writeOutput(io, output, (await import("../report/json.ts")).configJson(config, secrets));
  else await writeOutput(io, output, (await import("../report/configText.ts")).configText(config, secrets));
  reportCaveats(source, caveatsOf(image, distro), io);
  reportPackages(source, distro.packages, io);
  reportLeftOut(source, target, io);
  return reportUnread(source, [...image.problems, ...unreadFiles(base)], io) ? EXIT.incomplete : EXIT.clean;
}
