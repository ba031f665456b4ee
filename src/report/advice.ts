import type { Rule } from "../lint/rules/rule.ts";

/** The advice of each rule, for findings without a proven fix. */
export function advice(rules: readonly Rule[]): (rule: string) => string | undefined {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  return (id) => byId.get(id)?.advice || undefined;
}
