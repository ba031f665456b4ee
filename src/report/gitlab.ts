import { createHash } from "node:crypto";
import type { Severity } from "../lint/finding.ts";
import { escapeProse, shorten } from "./escape.ts";
import type { ImageReport } from "./imageReport.ts";
import { placeOf, type ReportedFinding } from "./imageReport.ts";
import { jsonText } from "./jsonText.ts";
import { imagesInWords, type SharedFinding, sharedFindings } from "./sharedFindings.ts";
import { type Anchor, type Place, shownPlace } from "./shownPlace.ts";

export interface GitlabOptions {
  readonly minSeverity: Severity;
  readonly anchor?: Anchor;
}

/** GitLab's severities; "critical" and "blocker" are for what endangers production. */
const SEVERITY: Readonly<Record<Severity, string>> = { error: "major", warning: "minor", info: "info" };

/** An entry of a Code Quality report, with the members that GitLab requires. */
interface CodeQuality {
  readonly description: string;
  readonly check_name: string;
  /** Identifies the finding in the reports of two commits; GitLab shows one entry of each. */
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/**
 * Findings as a Code Quality report of GitLab. It compares the reports of two commits by fingerprint, so that these depend
 * on the content of lines, not on their numbers, nor on the names of images.
 */
export function gitlabReport(results: readonly ImageReport[], { minSeverity, anchor }: GitlabOptions): string {
  const counts = new Map<string, number>();
  const entries = sharedFindings(results, minSeverity).map(({ finding, images }): CodeQuality => {
    const [image] = images;
    const place = primaryPlace(finding, image);
    const { path, startLine, lines } = shownPlace(image, anchor, place);
    const content = [
      finding.rule,
      path,
      place.path,
      lines?.[startLine - 1]?.trim(),
      ...finding.losses.map((loss) => `${loss.path} ${loss.setting}`),
    ];
    const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
    const count = (counts.get(hash) ?? 0) + 1;
    counts.set(hash, count);
    return {
      description: descriptionOf({ finding, images }, place),
      check_name: finding.rule,
      fingerprint: count === 1 ? hash : `${hash}-${count}`,
      severity: SEVERITY[finding.severity],
      location: { path, lines: { begin: startLine } },
    };
  });
  return jsonText(entries);
}

function descriptionOf({ finding, images }: SharedFinding, { path, line }: Place): string {
  const at = line === null ? path : `${path}:${line}`;
  const where = imagesInWords(images);
  // A file on its own is its image.
  const inImages = where === path ? "" : ` in ${where}`;
  return escapeProse(`${shorten(finding.message)} Cause: ${at}${inImages}.`);
}

/** The place of a finding, or that of its first loss if the cause is not in a file of the image. */
function primaryPlace(finding: ReportedFinding, { files }: ImageReport): Place {
  const place = placeOf(finding);
  const [loss] = finding.losses;
  return loss !== undefined && files[place.path]?.exists === false ? loss : place;
}
