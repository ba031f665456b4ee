import { ruleNamed, ruleNames } from "../lint/rules/catalogue.ts";
import type { Rule } from "../lint/rules/rule.ts";
import { CommandError, EXIT } from "./exit.ts";
import { nearestInAnyCase } from "./output.ts";

/** The rule that a user names by id or alias. @throws CommandError for an unknown one, naming the nearest */
export function ruleOf(name: string): Rule {
  const rule = ruleNamed(name);
  if (rule === undefined) throw new CommandError(EXIT.usage, unknownRule(name));
  return rule;
}

/** That no rule has a name, and the nearest name, or the only one that begins with it. */
export function unknownRule(name: string): string {
  const longer = ruleNames.filter((one) => one.startsWith(`${name}-`));
  const near = longer.length === 1 ? longer[0] : nearestInAnyCase(name, ruleNames);
  return `unknown rule "${name}" (${near === undefined ? "cloud-init-lint rules lists them all" : `did you mean "${near}"?`})`;
}
