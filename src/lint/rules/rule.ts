import type { ConfigObject } from "../../python/tree.ts";
import type { Severity } from "../finding.ts";

/** A parsed rule document (rules/ID.md). */
export interface Rule {
  /** Names the effect: "sshd-setting-overwritten". */
  readonly id: string;
  /** Ids that it had before, also of rules that were merged into it: ignores and configuration may still name them. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** The severity if the evidence of customisation is not weak; otherwise it is "info". */
  readonly severity: Severity;
  /** The check that finds it: by default the one with the same name; several rules may share one with parameters. */
  readonly check: string;
  /** The check's parameters: all other keys of the front matter. */
  readonly parameters: ConfigObject;
  /** The version of this program that introduced the rule. */
  readonly since: string;
  /** What the document says first about the fix, in plain text of one line; may be empty. */
  readonly advice: string;
}

/** What the document of a rule says, which findings do not need. */
export interface RuleTexts {
  /** Sections in Markdown, without their headings: what happens, why it matters, how to fix it, examples. */
  readonly happens: string;
  readonly matters: string;
  readonly fix: string;
  readonly examples: string;
}

/** A rule with its document. */
export interface DocumentedRule extends Rule, RuleTexts {}

/** The whole document in Markdown, without front matter. */
export function documentOf({ happens, matters, fix, examples }: RuleTexts): string {
  const sections = { "What happens": happens, "Why it matters": matters, Fix: fix, Examples: examples };
  return Object.entries(sections)
    .map(([heading, text]) => `## ${heading}\n\n${text}`)
    .join("\n\n");
}

/** The check shared by all rules about the content of configuration. */
export const CONTENT_CHECK = "config-content";
