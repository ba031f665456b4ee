import { Argument, type Command } from "commander";
import { withValues } from "./completion/values.ts";
import type { Io } from "./io.ts";
import { OWN_FORMATS, ownFormatOption } from "./options.ts";

/** Adds `explain` and `rules`, which print the documents behind the findings. */
export function rulesCommands(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("explain")
    .description("print the document of a rule")
    .addArgument(
      withValues(new Argument("<rule>", "id of a rule, such as sshd-setting-overwritten"), async () => ({
        words: (await import("../lint/rules/catalogue.ts")).ruleIds,
      })),
    )
    .action(async (id: string) => {
      const { explain } = await import("./run/rules.ts");
      end(explain(id, io));
    });
  program
    .command("rules")
    .description("list all rules")
    .addOption(ownFormatOption(OWN_FORMATS.rules, "text, or json with the documents"))
    .action(async ({ format }: { readonly format: string }) => {
      const { listRules } = await import("./run/rules.ts");
      end(await listRules(format, io));
    });
}
