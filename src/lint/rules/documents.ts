import compiled from "../../../dist/rule-texts.json" with { type: "json" };
import type { DocumentedRule, Rule, RuleTexts } from "./rule.ts";

const texts: Readonly<Record<string, RuleTexts>> = compiled;

/** A rule of the catalogue with its document. Two thirds of the catalogue are documents, so that they are in a file of their own. */
export function documented(rule: Rule): DocumentedRule {
  return { ...rule, ...texts[rule.id]! };
}
