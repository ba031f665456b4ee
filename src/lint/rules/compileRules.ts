import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "./rule.ts";
import { parseRuleDocument, RuleError } from "./ruleDocument.ts";

/** Build step: parses all rule documents in a directory and writes them as JSON. */
export function compileRules(directory: string, output: string): void {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(".md"))
    .sort();
  const rules = names.map(
    (name) => parseRuleDocument(readFileSync(join(directory, name), "utf8"), `rules/${name}`).rule,
  );
  const twice = duplicateName(rules);
  if (twice !== undefined) throw new RuleError(`rules/: "${twice}" names two rules; an id or alias belongs to one`);
  writeFileSync(output, JSON.stringify(rules));
}

/** An id or alias that stands twice in the catalogue; undefined if there is none. */
export function duplicateName(rules: readonly Pick<Rule, "id" | "aliases">[]): string | undefined {
  const names = rules.flatMap(({ id, aliases }) => [id, ...aliases]);
  return names.find((name, index) => names.indexOf(name) !== index);
}
