import type { ConfigObject } from "../../python/tree.ts";
import type { Severity } from "../finding.ts";

/** A rule document (rules/ID.md), taken apart. */
export interface Rule {
  /** Names the outcome: "sshd-setting-overwritten". */
  readonly id: string;
  readonly title: string;
  /** The severity where the evidence of customisation is good; weak evidence gives "info". */
  readonly severity: Severity;
  /** The check that finds it: its own, named as the rule is, unless several rules are parameters over one. */
  readonly check: string;
  /** The check's parameters: all other keys of the front matter. */
  readonly parameters: ConfigObject;
  /** The version of this program that brought the rule. */
  readonly since: string;
  /** Sections in Markdown, without their headings: what happens, why it matters, how to fix it, examples. */
  readonly happens: string;
  readonly matters: string;
  readonly fix: string;
  readonly examples: string;
}

/** The whole document in Markdown, without front matter. */
export function documentOf({ happens, matters, fix, examples }: Rule): string {
  const sections = { "What happens": happens, "Why it matters": matters, Fix: fix, Examples: examples };
  return Object.entries(sections)
    .map(([heading, text]) => `## ${heading}\n\n${text}`)
    .join("\n\n");
}
