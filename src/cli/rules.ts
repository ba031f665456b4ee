import type { Command } from "commander";
import { catalogue } from "../lint/rules/catalogue.ts";
import { documentOf } from "../lint/rules/rule.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { nearestInAnyCase } from "./output.ts";

/** Adds `explain` and `rules`, which print the documents behind the findings. */
export function rulesCommands(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("explain")
    .description("print the document of a rule")
    .argument("<rule>", "id of a rule, such as sshd-setting-overwritten")
    .action((id: string) => {
      const rule = catalogue.find((candidate) => candidate.id === id);
      if (rule === undefined) {
        const near = nearestInAnyCase(
          id,
          catalogue.map((candidate) => candidate.id),
        );
        const advice = near === undefined ? "cloud-init-lint rules lists them all" : `did you mean "${near}"?`;
        throw new CommandError(EXIT.usage, `unknown rule "${id}" (${advice})`);
      }
      io.out(`# ${rule.title}\n\n${rule.id} · ${rule.severity} · since ${rule.since}\n\n${documentOf(rule)}\n`);
      end(EXIT.clean);
    });
  program
    .command("rules")
    .description("list all rules")
    .action(() => {
      const width = Math.max(...catalogue.map(({ id }) => id.length));
      for (const { id, severity, title } of catalogue) io.out(`${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}\n`);
      end(EXIT.clean);
    });
}
