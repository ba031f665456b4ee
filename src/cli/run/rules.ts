import { catalogue } from "../../lint/rules/catalogue.ts";
import { documented } from "../../lint/rules/documents.ts";
import { documentOf } from "../../lint/rules/rule.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput, writeOutput } from "../output.ts";
import { ruleOf } from "../ruleOf.ts";

/** Prints the document of a rule. Returns the exit status. @throws CommandError for an unknown one */
export function explain(name: string, io: Io): number {
  const rule = ruleOf(name);
  io.out(`# ${rule.title}\n\n${rule.id} · ${rule.severity} · since ${rule.since}\n\n${documentOf(documented(rule))}\n`);
  return EXIT.clean;
}

/** Lists all rules. Returns the exit status. @throws CommandError */
export async function listRules(format: string, io: Io): Promise<number> {
  const output = parseOutput(format, OWN_FORMATS.rules);
  checkOutputs([output], []);
  await writeOutput(io, output, output.format === "json" ? rulesJson() : rulesText());
  return EXIT.clean;
}

function rulesText(): string {
  const width = Math.max(...catalogue.map(({ id }) => id.length));
  return catalogue.map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`).join("");
}

/** The catalogue as JSON (schemas/rules-v2.schema.json). */
function rulesJson(): string {
  const rules = catalogue.map((rule) => {
    const { id, aliases, severity, title, since } = rule;
    return { id, aliases, severity, title, since, document: documentOf(documented(rule)) };
  });
  return `${JSON.stringify({ schemaVersion: 2, rules }, null, 2)}\n`;
}
