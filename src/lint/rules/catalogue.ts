import compiled from "../../../dist/rules.json" with { type: "json" };
import type { Rule } from "./rule.ts";

/** The rules of this program, by id: rules/*.md, compiled by build.mjs. */
export const catalogue: readonly Rule[] = compiled as unknown as readonly Rule[];

/** The ids of all rules. */
export const ruleIds: readonly string[] = catalogue.map(({ id }) => id);

const byName = rulesByName(catalogue);

/** Every id and alias, the names by which a user may refer to a rule. */
export const ruleNames: readonly string[] = [...byName.keys()];

/** The rule with this id or alias; undefined if there is none. */
export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}

/** Rules by their ids and aliases. */
export function rulesByName(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.flatMap((rule) => [rule.id, ...rule.aliases].map((name) => [name, rule])));
}
