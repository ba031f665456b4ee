import type { Log, ReportingDescriptor, Run } from "sarif";
import type { Severity } from "../lint/finding.ts";
import { documentOf, type Rule } from "../lint/rules/rule.ts";
import type { ImageReport } from "./imageReport.ts";
import { jsonText } from "./jsonText.ts";
import { withinLimits } from "./sarifLimits.ts";
import { sarifResults } from "./sarifResult.ts";
import type { Anchor } from "./shownPlace.ts";

export interface SarifOptions {
  readonly toolVersion: string;
  readonly minSeverity: Severity;
  readonly anchor?: Anchor;
}

/**
 * Findings as SARIF 2.1.0, one run per image, in the form that GitHub's code scanning accepts. Each run contains all rules,
 * since the catalogue of a tool must not vary; ignored findings are left out, since GitHub would show them as open.
 */
export function sarifReport(all: readonly ImageReport[], rules: readonly Rule[], options: SarifOptions): string {
  const descriptors = rules.map(descriptor);
  const categories = new Set<string>();
  const { results, cut } = withinLimits(all, options.minSeverity);
  const runs = results.map((result): Run => {
    const notifications = [...result.unread.map(({ path, reason }) => `could not read ${path}: ${reason}`), ...cut];
    const category = uniqueCategory(result.image.source, categories);
    return {
      tool: { driver: { name: "cloud-init-lint", semanticVersion: options.toolVersion, rules: descriptors } },
      automationDetails: { id: `cloud-init-lint/${category}/` },
      invocations: [
        {
          executionSuccessful: result.unread.length === 0,
          ...(notifications.length === 0
            ? {}
            : {
                toolExecutionNotifications: notifications.map((text) => ({ level: "warning", message: { text } })),
              }),
        },
      ],
      columnKind: "utf16CodeUnits",
      results: sarifResults(result, rules, options.anchor),
    };
  });
  const log: Log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs };
  return jsonText(log);
}

/** GitHub rejects an upload in which two runs have the same category. */
function uniqueCategory(source: string, taken: Set<string>): string {
  const name = source.replace(/^\/+|\/+$/g, "") || "root";
  let category = name;
  for (let number = 2; taken.has(category); number++) category = `${name}-${number}`;
  taken.add(category);
  return category;
}

/** The number of characters of `fullDescription` that GitHub shows. */
const MAX_DESCRIPTION = 1024;

const PROBLEM_SEVERITIES: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "recommendation",
};

function descriptor(rule: Rule): ReportingDescriptor {
  const securitySeverity = rule.parameters["security-severity"];
  const [description = ""] = rule.happens.split(/\n\s*\n/);
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: (description.replace(/\s+/g, " ").trim() || rule.title).slice(0, MAX_DESCRIPTION) },
    help: { text: [rule.happens, rule.matters, rule.fix].join("\n\n"), markdown: documentOf(rule) },
    defaultConfiguration: { level: rule.severity === "info" ? "note" : rule.severity },
    properties: {
      tags: ["cloud-init", ...(securitySeverity === undefined ? [] : ["security"])],
      precision: "high",
      "problem.severity": PROBLEM_SEVERITIES[rule.severity],
      ...(securitySeverity === undefined ? {} : { "security-severity": String(securitySeverity) }),
    },
  };
}
