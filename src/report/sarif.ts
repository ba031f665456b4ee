import type { Log, ReportingDescriptor, Run } from "sarif";
import type { Severity } from "../lint/finding.ts";
import { type DocumentedRule, documentOf } from "../lint/rules/rule.ts";
import type { NotLinted } from "./fleet.ts";
import type { ImageReport } from "./imageReport.ts";
import { jsonText } from "./jsonText.ts";
import { isIgnored, type SharedAlert, sharedAlerts } from "./sarifAlerts.ts";
import { withinLimits } from "./sarifLimits.ts";
import { sarifResult, worstOf } from "./sarifResult.ts";
import { atLeast } from "./severity.ts";
import type { Anchor } from "./shownPlace.ts";

export interface SarifOptions {
  readonly toolVersion: string;
  /** The web address of our repository; undefined if there is none yet. */
  readonly url?: string | undefined;
  readonly minSeverity: Severity;
  readonly anchor?: Anchor;
  /** Leaves ignored findings out, for code scanning, which shows suppressed results as open alerts. */
  readonly withoutIgnored?: boolean;
  /** The images that are in no report. */
  readonly notLinted?: readonly NotLinted[] | undefined;
  /** Called with each sentence about findings that do not fit into an upload. */
  readonly leftOut?: ((sentence: string) => void) | undefined;
}

/**
 * Findings as SARIF 2.1.0: one run for all images, since GitHub's code scanning refuses several runs of one tool and category. The
 * run contains all rules, since the catalogue of a tool must not vary. A finding of several images is one result, an ignored one
 * is suppressed.
 */
export function sarifReport(
  reports: readonly ImageReport[],
  rules: readonly DocumentedRule[],
  options: SarifOptions,
): string {
  if (reports.length === 0) return logOf([]);
  const { minSeverity, anchor, withoutIgnored } = options;
  const alerts = sharedAlerts(reports, anchor).filter(
    (alert) => !(withoutIgnored && isIgnored(alert)) && atLeast([{ severity: worstOf(alert) }], minSeverity).length > 0,
  );
  const { text, cut } = withinLimits(
    alerts,
    (alert) => ({ severity: worstOf(alert), isSuppressed: isIgnored(alert) }),
    (kept, cut) => logOf([runOf(reports, kept, cut, rules, options)]),
  );
  for (const sentence of cut) options.leftOut?.(sentence);
  return text;
}

function logOf(runs: Run[]): string {
  const log: Log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs };
  return jsonText(log);
}

/** @param cut sentences about the alerts that are not among those that are kept */
function runOf(
  reports: readonly ImageReport[],
  kept: readonly SharedAlert[],
  cut: readonly string[],
  rules: readonly DocumentedRule[],
  options: SarifOptions,
): Run {
  const notLinted = options.notLinted ?? [];
  const severalImages = reports.length + notLinted.length > 1;
  const unread = [
    ...reports.flatMap(({ image, unread }) =>
      unread.map(({ path, reason }) => `${severalImages ? `${image.source}: ` : ""}could not read ${path}: ${reason}`),
    ),
    ...notLinted.map(({ source, message }) => `${source} could not be linted: ${message}`),
  ];
  const notifications = [...unread, ...cut];
  const parts = {
    rules: new Map(rules.map(({ id }, index) => [id, index])),
    anchor: options.anchor,
    severalImages,
    hasSuppressed: kept.some(isIgnored),
  };
  return {
    tool: {
      driver: {
        name: "cloud-init-lint",
        semanticVersion: options.toolVersion,
        ...(options.url === undefined ? {} : { informationUri: options.url }),
        rules: rules.map((rule) => descriptor(rule, options)),
      },
    },
    automationDetails: {
      id: `cloud-init-lint/${categoryOf([...reports.map(({ image }) => image), ...notLinted], options.anchor)}/`,
    },
    invocations: [
      {
        executionSuccessful: unread.length === 0,
        ...(notifications.length === 0
          ? {}
          : { toolExecutionNotifications: notifications.map((text) => ({ level: "warning", message: { text } })) }),
      },
    ],
    columnKind: "utf16CodeUnits",
    results: kept.map((alert) => sarifResult(alert, parts)),
  };
}

/**
 * The category under which GitHub keeps the alerts until its next upload. It must not vary with the number and order of the
 * images, and differ between jobs: the image itself; for several, the anchor, else the directory that contains them.
 */
function categoryOf(images: readonly { readonly source: string }[], anchor: Anchor): string {
  const [first = [], ...others] = images.map(({ source }) => source.split("/").filter((part) => part !== ""));
  if (others.length === 0) return first.join("/") || "root";
  if (anchor !== undefined) return anchor.path;
  let shared = first.slice(0, -1);
  for (const other of others) {
    const end = shared.findIndex((part, index) => part !== other[index]);
    if (end !== -1) shared = shared.slice(0, end);
  }
  return shared.join("/") || "images";
}

/** The number of characters of `fullDescription` that GitHub shows. */
const MAX_DESCRIPTION = 1024;

const PROBLEM_SEVERITIES: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "recommendation",
};

function descriptor(rule: DocumentedRule, { url, toolVersion }: SarifOptions): ReportingDescriptor {
  const securitySeverity = rule.parameters["security-severity"];
  const [description = ""] = rule.happens.split(/\n\s*\n/);
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: (description.replace(/\s+/g, " ").trim() || rule.title).slice(0, MAX_DESCRIPTION) },
    ...(url === undefined ? {} : { helpUri: `${url}/blob/v${toolVersion}/docs/rules/${rule.id}.md` }),
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
