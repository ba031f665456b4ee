import { Argument, type Command } from "commander";
import { catalogue, ruleIds, ruleNamed, ruleNames } from "../lint/rules/catalogue.ts";
import { documentOf, type Rule } from "../lint/rules/rule.ts";
import { withValues } from "./completion/values.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { ownFormatOption } from "./options.ts";
import { checkOutputs, nearestInAnyCase, parseOutput, writeOutput } from "./output.ts";

const FORMATS = ["text", "json"];

/** Adds `explain` and `rules`, which print the documents behind the findings. */
export function rulesCommands(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("explain")
    .description("print the document of a rule")
    .addArgument(
      withValues(new Argument("<rule>", "id of a rule, such as sshd-setting-overwritten"), () => ({ words: ruleIds })),
    )
    .action((id: string) => {
      const rule = ruleOf(id);
      io.out(`# ${rule.title}\n\n${rule.id} · ${rule.severity} · since ${rule.since}\n\n${documentOf(rule)}\n`);
      end(EXIT.clean);
    });
  program
    .command("rules")
    .description("list all rules")
    .addOption(ownFormatOption(FORMATS, "text, or json with the documents"))
    .action(async ({ format }: { readonly format: string }) => {
      const output = parseOutput(format, FORMATS);
      checkOutputs([output], []);
      await writeOutput(io, output, output.format === "json" ? rulesJson() : rulesText());
      end(EXIT.clean);
    });
}

function rulesText(): string {
  const width = Math.max(...catalogue.map(({ id }) => id.length));
  return catalogue.map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`).join("");
}

/** The catalogue as JSON (schemas/rules-v2.schema.json). */
function rulesJson(): string {
  const rules = catalogue.map((rule) => {
    const { id, aliases, severity, title, since } = rule;
    return { id, aliases, severity, title, since, document: documentOf(rule) };
  });
  return `${JSON.stringify({ schemaVersion: 2, rules }, null, 2)}\n`;
}

/** The rule that a user names by id or alias. @throws CommandError for an unknown one, naming the nearest */
export function ruleOf(name: string): Rule {
  const rule = ruleNamed(name);
  if (rule === undefined) throw new CommandError(EXIT.usage, unknownRule(name));
  return rule;
}

/** That no rule has a name, and the nearest name. */
export function unknownRule(name: string): string {
  const near = nearestInAnyCase(name, ruleNames);
  return `unknown rule "${name}" (${near === undefined ? "cloud-init-lint rules lists them all" : `did you mean "${near}"?`})`;
}
