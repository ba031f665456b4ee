import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "./rule.ts";
import { parseRuleDocument, RuleError } from "./ruleDocument.ts";
import { rulePages } from "./rulePages.ts";

/**
 * Build step: parses all rule documents in a directory. Writes the rules and the texts of their documents as JSON to files of
 * another one, and the pages of a third.
 */
export function compileRules(directory: string, output: string, pages: string): void {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(".md"))
    .sort();
  const documents = names.map((name) =>
    parseRuleDocument(readFileSync(join(directory, name), "utf8"), `rules/${name}`),
  );
  const rules = documents.map(({ rule }) => rule);
  const twice = duplicateName(rules);
  if (twice !== undefined) throw new RuleError(`rules/: "${twice}" names two rules; an id or alias belongs to one`);
  const texts = rules.map(({ id, happens, matters, fix, examples }) => [id, { happens, matters, fix, examples }]);
  const short = rules.map(({ happens, matters, fix, examples, ...rule }) => rule);
  writeFileSync(join(output, "rules.json"), JSON.stringify(short));
  writeFileSync(join(output, "rule-texts.json"), JSON.stringify(Object.fromEntries(texts)));
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(pages, { recursive: true });
  for (const [name, text] of rulePages(documents)) writeFileSync(join(pages, name), text);
}

/** An id or alias that stands twice in the catalogue; undefined if there is none. */
export function duplicateName(rules: readonly Pick<Rule, "id" | "aliases">[]): string | undefined {
  const names = rules.flatMap(({ id, aliases }) => [id, ...aliases]);
  return names.find((name, index) => names.indexOf(name) !== index);
}
