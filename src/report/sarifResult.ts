import { createHash } from "node:crypto";
import type { Location, Region, Result } from "sarif";
import type { Finding, LintResult, Severity } from "../lint/finding.ts";
import type { Rule } from "../lint/rule.ts";
import { FileViews, memo } from "./fileViews.ts";
import { lineHashes } from "./lineHash.ts";
import { atLeast } from "./severity.ts";

/** A place in a file; without a column the whole line is meant, without a line the file (its first line). */
interface Place {
  readonly path: string;
  readonly line: number | null;
  readonly column?: number;
}

/** The findings of one image as results of a run. */
export function sarifResults(result: LintResult, rules: readonly Rule[], minSeverity: Severity): Result[] {
  const files = new FileViews(result);
  const fingerprint = fingerprints(files);
  return atLeast(result.findings, minSeverity).map((finding): Result => {
    const { target, cause } = finding;
    const inImage = files.texts(cause.path).before !== undefined;
    const primary = inImage || target === null ? cause : target;
    const related = target === null ? [cause] : [target, cause];
    const ruleIndex = rules.findIndex((rule) => rule.id === finding.rule);
    return {
      ruleId: finding.rule,
      ...(ruleIndex === -1 ? {} : { ruleIndex }),
      level: finding.severity === "info" ? "note" : finding.severity,
      message: { text: messageText(finding) },
      // GitHub looks at the first location only, and at related ones only where the message links them.
      locations: [location(primary, files)],
      relatedLocations: related.map((place, index) => ({ id: index + 1, ...location(place, files) })),
      partialFingerprints: { primaryLocationLineHash: fingerprint(finding, primary) },
    };
  });
}

function messageText(finding: Finding): string {
  const { message, target, cause, evidence, fix } = finding;
  const link = (place: Place, id: number) =>
    `[${escapeMessage(place.line === null ? place.path : `${place.path}:${place.line}`)}](${id})`;
  const sentences = [escapeMessage(message)];
  if (target !== null) sentences.push(`What is lost: ${link(target, 1)}.`);
  sentences.push(`To blame: ${link(cause, target === null ? 1 : 2)}.`);
  if (evidence !== "") sentences.push(`Evidence: ${escapeMessage(evidence)}.`);
  const text = sentences.join(" ");
  return fix === null
    ? text
    : `${text}\n\nFix: put this into ${escapeMessage(fix.path)}:\n${escapeMessage(fix.content)}`;
}

/** Untrusted text in a message: no link, no placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function escapeMessage(text: string): string {
  return text.replace(/[\\[\]]/g, "\\$&").replace(/[{}]/g, "$&$&");
}

function location(place: Place, files: FileViews): Location {
  return {
    physicalLocation: { artifactLocation: { uri: relativeUri(place.path) }, region: region(place, files) },
    logicalLocations: [{ fullyQualifiedName: place.path, kind: "resource" }],
  };
}

/** An image's path as a reference relative to the root of a repository, percent-encoded. */
function relativeUri(path: string): string {
  // Through bytes, since encodeURIComponent throws on a lone surrogate.
  const segments = Buffer.from(path.replace(/^\/+/, "")).toString().split("/");
  return segments.map(encodeURIComponent).join("/") || ".";
}

/** GitHub wants all four fields; where the line cannot be read it gets a length of one character. */
function region({ path, line, column = 1 }: Place, files: FileViews): Region {
  const startLine = line ?? 1;
  const text = files.lines(path)?.[startLine - 1] ?? "";
  return { startLine, startColumn: column, endLine: startLine, endColumn: Math.max(column, text.length) + 1 };
}

/**
 * The hash of the line; where the file cannot be read, or the line already has an alert of the same rule (GitHub would
 * take both for one), a hash that tells the setting, too.
 */
function fingerprints(files: FileViews): (finding: Finding, place: Place) => string {
  const taken = new Set<string>();
  const hashes = memo((path) => {
    const lines = files.lines(path);
    return lines === undefined ? undefined : lineHashes(lines.join("\n"));
  });
  return ({ rule, target }, { path, line }) => {
    const hash = hashes(path)?.(line ?? 1);
    const key = `${rule} ${hash}`;
    if (hash !== undefined && !taken.has(key)) {
      taken.add(key);
      return hash;
    }
    const parts = [hash ?? path, target?.path, target?.setting];
    return `${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16)}:1`;
  };
}
