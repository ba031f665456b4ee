import remarkParse from "remark-parse";
import { unified } from "unified";
import { type DocumentedRule, documentOf } from "./rule.ts";
import { TOPICS } from "./topics.ts";

/** A rule and the id of its topic. */
export interface RuleOfTopic {
  readonly rule: DocumentedRule;
  readonly topic: string;
}

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly meta?: string | null;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly offset?: number }; readonly end: { readonly offset?: number } };
}

const GENERATED = "<!-- Generated from rules/ by npm run bundle. -->";

/** The pages of docs/rules in Markdown, by file name: an index, and one page for each rule. */
export function rulePages(rules: readonly RuleOfTopic[]): ReadonlyMap<string, string> {
  const ids = new Set(rules.map(({ rule }) => rule.id));
  return new Map([
    ["README.md", indexOf(rules)],
    ...rules.map((one) => [`${one.rule.id}.md`, pageOf(one, ids)] as const),
  ]);
}

function indexOf(rules: readonly RuleOfTopic[]): string {
  const topics = [...TOPICS].map(([topic, { heading, about }]) => {
    const rows = rules
      .filter((one) => one.topic === topic)
      .map(({ rule }) => `| [${rule.id}](${rule.id}.md) | ${rule.severity} | ${rule.title} |`);
    return `## ${heading}\n\n${about}\n\n| rule | severity | finding |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  const intro = `The ${rules.length} rules. The severity is the worst that a finding of the rule can have: with weak evidence it is a note.
\`cloud-init-lint explain RULE\` prints the page of a rule, \`cloud-init-lint rules\` this list.`;
  return [`${GENERATED}\n\n# Rules\n\n${intro}\n`, ...topics].join("\n");
}

function pageOf({ rule, topic }: RuleOfTopic, ids: ReadonlySet<string>): string {
  const { heading } = TOPICS.get(topic)!;
  const facts = [
    `Severity: ${rule.severity}`,
    `topic: [${heading}](README.md#${topic})`,
    `since version ${rule.since}`,
    ...(rule.aliases.length > 0 ? [`former names: ${rule.aliases.join(", ")}`] : []),
  ];
  return `${GENERATED}\n\n# ${rule.id}\n\n${rule.title}.\n\n${facts.join("; ")}.\n\n${forReaders(documentOf(rule), rule.id, ids)}\n`;
}

/** A document with links to the pages of other rules, and with the path of each example file above it. */
function forReaders(text: string, self: string, ids: ReadonlySet<string>): string {
  const edits: { readonly at: number; readonly end: number; readonly text: string }[] = [];
  const visit = (node: Node): void => {
    const [at = 0, end = 0] = [node.position?.start.offset, node.position?.end.offset];
    if (node.type === "inlineCode" && node.value !== self && ids.has(node.value ?? ""))
      edits.push({ at, end, text: `[${text.slice(at, end)}](${node.value}.md)` });
    if (node.type === "code" && node.meta) edits.push({ at, end: at, text: `\`${node.meta}\`:\n\n` });
    if (node.type !== "link") for (const child of node.children ?? []) visit(child);
  };
  visit(unified().use(remarkParse).parse(text) as Node);
  return edits.reduceRight((all, edit) => all.slice(0, edit.at) + edit.text + all.slice(edit.end), text);
}
