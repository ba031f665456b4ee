import { createHash } from "node:crypto";
import type { Location, Result } from "sarif";
import type { Rule } from "../lint/rules/rule.ts";
import { shorten } from "./escape.ts";
import { type ImageReport, placeOf, type ReportedFinding, type ReportedFix } from "./imageReport.ts";
import { lineHashes } from "./lineHash.ts";
import { type Anchor, type Place, type ShownPlace, shownPlace } from "./shownPlace.ts";

/** The findings of one image as results of a run. */
export function sarifResults(result: ImageReport, rules: readonly Rule[], anchor: Anchor): Result[] {
  const { files } = result;
  const fingerprint = fingerprints();
  const show = (place: Place) => shownPlace(result, anchor, place);
  return result.findings.map((finding): Result => {
    const { losses, cause } = finding;
    const isInImage = cause !== null && files[cause.path]?.exists;
    const primary = isInImage ? cause : (losses[0] ?? placeOf(finding));
    const named = losses.slice(0, MOST_LOSSES);
    const related: readonly Place[] = cause === null ? named : [...named, cause];
    const ruleIndex = rules.findIndex((rule) => rule.id === finding.rule);
    return {
      ruleId: finding.rule,
      ...(ruleIndex === -1 ? {} : { ruleIndex }),
      level: finding.severity === "info" ? "note" : finding.severity,
      message: { text: messageText(finding) },
      // GitHub looks at the first location only, and at related ones only where the message links them.
      locations: [location(primary, show(primary))],
      relatedLocations: related.map((place, index) => ({ id: index + 1, ...location(place, show(place)) })),
      partialFingerprints: { primaryLocationLineHash: fingerprint(finding, primary, show(primary)) },
    };
  });
}

/** The losses of a finding that its message links; it counts the others. */
const MOST_LOSSES = 20;

/** The largest fix that is included, in characters; other reports show larger ones. */
const LARGEST_FIX = 10_000;

function messageText(finding: ReportedFinding): string {
  const { message, losses, cause, evidence } = finding;
  const link = (place: Place, id: number) =>
    `[${escapeMessage(place.line === null ? place.path : `${place.path}:${place.line}`)}](${id})`;
  const sentences = [escapeMessage(shorten(message))];
  const links = losses.slice(0, MOST_LOSSES).map((loss, index) => link(loss, index + 1));
  const more = losses.length - links.length;
  if (links.length > 0) sentences.push(`Affected: ${links.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`);
  if (cause !== null) sentences.push(`Cause: ${link(cause, links.length + 1)}.`);
  if (evidence !== "") sentences.push(`Evidence: ${escapeMessage(shorten(evidence))}.`);
  const text = sentences.join(" ");
  const { fix } = finding;
  if (fix === null) return text;
  const change = fixText(fix);
  return change.length > LARGEST_FIX ? text : `${text}\n\n${escapeMessage(change)}`;
}

function fixText({ edits }: ReportedFix): string {
  return edits
    .map(({ path, content, diff, renames }) => {
      if (renames !== null) return `Fix: rename ${renames.path} to ${path}.`;
      return content === null ? `Fix: apply this diff to ${path}:\n${diff}` : `Fix: create ${path}:\n${content}`;
    })
    .join("\n");
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

/** A path as a reference relative to the root of a repository, percent-encoded. */
function relativeUri(path: string): string {
  // Through bytes, since encodeURIComponent throws on a lone surrogate.
  const segments = Buffer.from(path.replace(/^\/+/, "")).toString().split("/");
  return segments.map(encodeURIComponent).join("/") || ".";
}

/**
 * The hash of the line. If the file cannot be read or is not in the repository, or the line already has an alert of the
 * same rule (which GitHub would merge), the hash also includes the place in the image and the setting.
 */
function fingerprints(): (finding: ReportedFinding, place: Place, shown: ShownPlace) => string {
  const taken = new Set<string>();
  const hashes = new Map<string, ReturnType<typeof lineHashes> | undefined>();
  return ({ rule, losses: [loss] }, { path, line }, shown) => {
    const key = `${shown.isAnchor} ${shown.path}`;
    if (!hashes.has(key)) hashes.set(key, shown.lines && lineHashes(shown.lines.join("\n")));
    const hash = hashes.get(key)?.(shown.startLine);
    const alert = `${rule} ${hash}`;
    if (hash !== undefined && !shown.isAnchor && !taken.has(alert)) {
      taken.add(alert);
      return hash;
    }
    const parts = [hash ?? path, loss?.path, loss?.setting, ...(shown.isAnchor ? [path, line] : [])];
    return `${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)}:1`;
  };
}
