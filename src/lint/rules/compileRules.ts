import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseRuleDocument } from "./ruleDocument.ts";

/** Build step: parses all rule documents in a directory and writes them as JSON. */
export function compileRules(directory: string, output: string): void {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(".md"))
    .sort();
  const rules = names.map(
    (name) => parseRuleDocument(readFileSync(join(directory, name), "utf8"), `rules/${name}`).rule,
  );
  writeFileSync(output, JSON.stringify(rules));
}
