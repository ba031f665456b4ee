import { Secrets } from "../../lint/secrets/secrets.ts";
import { fatalProblem, fileProblem } from "../../lint/sentences/configuration.ts";
import { escapeText } from "../../report/escape.ts";
import type { Io } from "../io.ts";
import { OWN_FORMATS } from "../options.ts";
import { writeOutput } from "../output.ts";
import { type BootFlags, showBoot } from "./boot.ts";

/** The options of `config`. */
export interface ConfigFlags extends BootFlags {
  readonly showSecrets?: boolean;
}

/** Runs `config`. Returns the exit status. @throws CommandError */
export async function showConfig(source: string, flags: ConfigFlags, io: Io): Promise<number> {
  return await showBoot(source, flags, io, {
    formats: OWN_FORMATS.config,
    async show({ result, output }) {
      const { config, base } = result;
      const secrets = flags.showSecrets === true ? undefined : Secrets.ofBoot(result);
      const hide = (text: string) => secrets?.text(text) ?? text;
      for (const { path, dropped, unread } of base.files)
        if (dropped !== undefined && unread !== true)
          io.err(
            escapeText(`${path}:${dropped.line}:${dropped.column}: ignored: ${hide(fileProblem(dropped))}`).concat(
              "\n",
            ),
          );
      if (base.fatal !== undefined) {
        const { path, line, column } = base.fatal.origin;
        const why = hide(fatalProblem(base.fatal));
        io.err(`${escapeText(`${path}:${line}:${column}: cloud-init stops with an error: ${why}`)}\n`);
      }
      if (output.format === "json")
        await writeOutput(io, output, (await import("../../report/json.ts")).configJson(config, secrets));
      else await writeOutput(io, output, (await import("../../report/configText.ts")).configText(config, secrets));
    },
  });
}
