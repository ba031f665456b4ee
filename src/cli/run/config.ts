import { boot } from "../../boot/boot.ts";
import { launchOf } from "../../boot/cloud/implied.ts";
import { unreadFiles } from "../../config/read.ts";
import { caveatsOf } from "../../lint/caveats.ts";
import { Secrets } from "../../lint/secrets/secrets.ts";
import { fatalProblem, fileProblem } from "../../lint/sentences/configuration.ts";
import { escapeText } from "../../report/escape.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { checkLaunch, inputFiles, type LaunchFlags, openLaunch } from "../launch.ts";
import { type OpenFlags, openOptions } from "../opening.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput, writeOutput } from "../output.ts";
import { withLaunch } from "../settings/settings.ts";
import { reportCaveats, reportLeftOut, reportPackages, reportUnread, withTarget } from "../target.ts";

/** The options of `config`. */
export interface ConfigFlags extends LaunchFlags, OpenFlags {
  readonly config?: string;
  readonly format: string;
  readonly showSecrets?: boolean;
}

/** Runs `config`. Returns the exit status. @throws CommandError */
export async function showConfig(source: string, given: ConfigFlags, io: Io): Promise<number> {
  const flags = withLaunch(given, source, io);
  const output = parseOutput(flags.format, OWN_FORMATS.config);
  checkOutputs([output], [source, ...inputFiles(flags)]);
  const launch = openLaunch(flags);
  return withTarget(source, openOptions(flags), async (target) => {
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
      await writeOutput(io, output, (await import("../../report/json.ts")).configJson(config, secrets));
    else await writeOutput(io, output, (await import("../../report/configText.ts")).configText(config, secrets));
    reportCaveats(source, caveatsOf(image, distro), io);
    reportPackages(source, distro.packages, io);
    reportLeftOut(source, target, io);
    return reportUnread(source, [...image.problems, ...unreadFiles(base)], io) ? EXIT.incomplete : EXIT.clean;
  });
}
