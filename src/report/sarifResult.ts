import type { Fix, Location, Result, Suppression } from "sarif";
import { SEVERITIES } from "../lint/finding.ts";
import type { Rule } from "../lint/rules/rule.ts";
import { shorten } from "./escape.ts";
import { editTitle } from "./fixWords.ts";
import type { ImageReport, ReportedFinding, ReportedFix, ReportedIgnored } from "./imageReport.ts";
import { type Alert, isIgnored, mainAlerts, type SharedAlert } from "./sarifAlerts.ts";
import { LARGEST_FIX, sarifFix } from "./sarifFix.ts";
import { relativeUri } from "./sarifUri.ts";
import { type Anchor, type Place, type ShownPlace, shownPlace } from "./shownPlace.ts";

/** What the results of a run have in common. */
interface RunParts {
  /** The index of each rule in the run. */
  readonly rules: ReadonlyMap<Rule["id"], number>;
  readonly anchor: Anchor;
  /** Whether the run has several images, so that a result names its own. */
  readonly severalImages: boolean;
  /** Whether a result of the run is suppressed; each result must then say whether it is. */
  readonly hasSuppressed: boolean;
}

/** An alert as a result of a run. */
export function sarifResult(all: SharedAlert, run: RunParts): Result {
  const alerts = mainAlerts(all);
  const [{ report, finding, place, shown, fingerprint }] = alerts;
  const { losses, cause } = finding;
  const show = (other: Place) => shownPlace(report, run.anchor, other);
  const related: readonly Place[] = [...losses.slice(0, MOST_LOSSES), ...(cause === null ? [] : [cause])];
  const ruleIndex = run.rules.get(finding.rule);
  const severity = worstOf(alerts);
  const fixes = alerts.flatMap((alert) => (alert.finding.fix && sarifFix(alert.report, alert.finding.fix)) ?? []);
  const distinct = ofDistinctFiles(fixes).slice(0, MOST_FIXES);
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: severity === "info" ? "note" : severity,
    message: { text: messageText(alerts, sourcesOf(all.slice(alerts.length)), run.severalImages) },
    // GitHub looks at the first location only, and at related ones only where the message links them.
    locations: [location(place, shown)],
    relatedLocations: related.map((other, index) => ({ id: index + 1, ...location(other, show(other)) })),
    partialFingerprints: { primaryLocationLineHash: fingerprint },
    ...(distinct.length === 0 ? {} : { fixes: distinct }),
    ...(run.hasSuppressed ? { suppressions: isIgnored(all) ? suppressionsOf(alerts, run.anchor) : [] } : {}),
    ...(run.severalImages ? { properties: { images: sourcesOf(alerts).slice(0, MOST_PROPERTIES) } } : {}),
  };
}

/** The losses of a finding that its message links; it counts the others. */
const MOST_LOSSES = 20;
/** The images that a message names, and those whose own sentence it quotes. */
const MOST_IMAGES = 20;
const MOST_VARIANTS = 3;
const MOST_PROPERTIES = 1000;
const MOST_FIXES = 5;

/** The first fix of each set of files: another image's file of the same name may have other lines. */
function ofDistinctFiles(fixes: readonly Fix[]): Fix[] {
  const distinct = new Map<string, Fix>();
  for (const fix of fixes) {
    const key = JSON.stringify(fix.artifactChanges.map(({ artifactLocation }) => artifactLocation.uri));
    if (!distinct.has(key)) distinct.set(key, fix);
  }
  return [...distinct.values()];
}

/** The worst severity of a finding among the images that do not ignore it. */
export function worstOf(alerts: SharedAlert): ReportedFinding["severity"] {
  const of = ({ finding }: Alert) => SEVERITIES.indexOf(finding.severity);
  return SEVERITIES[mainAlerts(alerts).reduce((worst, alert) => Math.min(worst, of(alert)), SEVERITIES.length - 1)]!;
}

function sourcesOf(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.map(({ report }) => report.image.source))];
}

/** @param ignoring the images that ignore the finding, while others do not */
function messageText(alerts: SharedAlert, ignoring: readonly string[], severalImages: boolean): string {
  const [{ report, finding }] = alerts;
  const { message, losses, cause, evidence, fix } = finding;
  const link = (place: Place, id: number) =>
    `[${escapeMessage(place.line === null ? place.path : `${place.path}:${place.line}`)}](${id})`;
  const sentences = [escapeMessage(shorten(message))];
  const links = losses.slice(0, MOST_LOSSES).map((loss, index) => link(loss, index + 1));
  const more = losses.length - links.length;
  if (links.length > 0) sentences.push(`Affected: ${links.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`);
  if (cause !== null) sentences.push(`Cause: ${link(cause, links.length + 1)}.`);
  if (evidence !== "") sentences.push(`Evidence: ${escapeMessage(shorten(evidence))}.`);
  if (severalImages) sentences.push(...imageSentences(alerts));
  if (ignoring.length > 0) sentences.push(`Ignored in: ${imageNames(ignoring)}.`);
  const text = sentences.join(" ");
  if (fix === null) return text;
  const change = fixText(fix, report.files);
  return change.length > LARGEST_FIX ? text : `${text}\n\n${escapeMessage(change)}`;
}

/** The images of an alert, and what else it says of some of them. */
function imageSentences(alerts: SharedAlert): string[] {
  const sources = sourcesOf(alerts);
  const variants = new Map<string, string>();
  for (const { report, finding } of alerts)
    if (finding.message !== alerts[0].finding.message && !variants.has(finding.message))
      variants.set(finding.message, report.image.source);
  const others = [...variants].slice(0, MOST_VARIANTS);
  return [
    `${sources.length === 1 ? "Image" : "Images"}: ${imageNames(sources)}.`,
    ...others.map(([message, source]) => `In ${escapeMessage(source)}: ${escapeMessage(shorten(message))}`),
  ];
}

function imageNames(sources: readonly string[]): string {
  const named = sources.slice(0, MOST_IMAGES).map(escapeMessage).join(", ");
  return `${named}${sources.length > MOST_IMAGES ? ` and ${sources.length - MOST_IMAGES} more` : ""}`;
}

function fixText({ safe, why, edits }: ReportedFix, files: ImageReport["files"]): string {
  const label = safe ? "Fix" : `Unsafe fix${why === null ? "" : ` (${why})`}`;
  return edits
    .map((edit) => {
      const { path, content, diff, renames } = edit;
      if (renames !== null) return `${label}: ${editTitle(edit, files)}.`;
      return content === null
        ? `${label}: apply this diff to ${path}:\n${diff}`
        : `${label}: create ${path}:\n${content}`;
    })
    .join("\n");
}

/** How the images of an alert ignore it. */
function suppressionsOf(alerts: SharedAlert, anchor: Anchor): Suppression[] {
  const all = alerts.flatMap(({ report, finding }) =>
    "ignored" in finding ? [suppression(finding, (place) => shownPlace(report, anchor, place))] : [],
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()].slice(0, MOST_IMAGES);
}

function suppression({ ignored }: ReportedIgnored, show: (place: Place) => ShownPlace): Suppression {
  const { by, path, line, reason } = ignored;
  return {
    kind: by === "comment" ? "inSource" : "external",
    status: "accepted",
    ...(reason === null ? {} : { justification: reason }),
    ...(by === "comment" ? { location: location({ path, line }, show({ path, line })) } : {}),
  };
}

/** Untrusted text in a message, without links and placeholders (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function escapeMessage(text: string): string {
  return text.replace(/[\\[\]]/g, "\\$&").replace(/[{}]/g, "$&$&");
}

/** A place in the report, with its path in the image. */
function location(place: Place, { path, startLine, startColumn, endColumn }: ShownPlace): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(path) },
      region: { startLine, startColumn, endLine: startLine, endColumn },
    },
    logicalLocations: [{ fullyQualifiedName: place.path, kind: "resource" }],
  };
}
