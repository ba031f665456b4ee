import type { Rule } from "../lint/rules/rule.ts";

/** The number of characters of advice; longer sections are cut after a sentence. */
const MOST = 240;

/** What each rule's document says first about the fix, in plain text of one line, for findings without a proven fix. */
export function advice(rules: readonly Rule[]): (rule: string) => string | undefined {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  return (id) => {
    const [paragraph = ""] = byId.get(id)?.fix.split(/\n\s*\n/) ?? [];
    const [first = "", ...others] = paragraph
      .replace(/\s+/g, " ")
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll("`", "")
      .trim()
      .split(/(?<=[.:]) (?=[A-Z])/);
    let text = first;
    for (const sentence of others) {
      if (text.length + sentence.length >= MOST) break;
      text += ` ${sentence}`;
    }
    // A colon introduces the block that follows.
    return text === "" ? undefined : text.replace(/:$/, ".");
  };
}
