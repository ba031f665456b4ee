import type { Command } from "commander";
import { boot } from "../boot/boot.ts";
import { escapeText } from "../report/escape.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { parseOutput, writeOutput } from "./output.ts";
import { openSeed, openTarget, reportPackages, reportUnread } from "./target.ts";

/** Adds `config`: the effective configuration. */
export function configCommand(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("config")
    .description("show the effective configuration, each value with the line it comes from")
    .argument(
      "<image>",
      "the root directory of an image (/ on a live machine), a tar archive of it, or - for one on standard input",
    )
    .option("-f, --format <format[=file]>", "text or json", "text")
    .option(
      "--seed <dir>",
      "what the cloud hands over, in NoCloud layout: meta-data, user-data, vendor-data, network-config",
    )
    .action(async (source: string, flags: { format: string; seed?: string }) => end(await run(source, flags, io)));
}

async function run(source: string, flags: { format: string; seed?: string }, io: Io): Promise<number> {
  const output = parseOutput(flags.format, ["text", "json"]);
  const cloud = openSeed(flags.seed);
  const { image, distro } = await openTarget(source);
  const { config, base } = boot(image, { distro, ...(cloud === undefined ? {} : { cloud }) });
  for (const { path, dropped } of base.files)
    if (dropped !== undefined)
      io.err(escapeText(`${path}:${dropped.line}:${dropped.column}: ignored: ${dropped.reason}`).concat("\n"));
  if (base.fatal !== undefined) {
    const { path, line, column } = base.fatal.origin;
    throw new CommandError(
      EXIT.findings,
      `${path}:${line}:${column}: cloud-init stops with an error: ${base.fatal.reason}`,
    );
  }
  if (output.format === "json") writeOutput(io, output, (await import("../report/json.ts")).configJson(config));
  else writeOutput(io, output, (await import("../report/configText.ts")).configText(config));
  reportPackages(source, distro.packages, io);
  return reportUnread(source, image.problems, io) ? EXIT.incomplete : EXIT.clean;
}
