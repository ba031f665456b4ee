import { createHash } from "node:crypto";
import { type ImageReport, placeOf, type ReportedFinding, type ReportedIgnored } from "./imageReport.ts";
import { lineHashes } from "./lineHash.ts";
import { type Anchor, type Place, type ShownPlace, shownPlace } from "./shownPlace.ts";

/** A finding of one image as code scanning keys it. */
export interface Alert {
  readonly report: ImageReport;
  readonly finding: ReportedFinding | ReportedIgnored;
  /** The primary place in the image. */
  readonly place: Place;
  readonly shown: ShownPlace;
  readonly fingerprint: string;
}

/** A finding of one image or of several, which code scanning keeps as one alert: by rule, file and fingerprint. */
export type SharedAlert = readonly [Alert, ...Alert[]];

/**
 * The alerts of all images. The fingerprints of an image do not depend on other images, on what is ignored or on severities, so
 * that an alert remains the same when an image joins the call; findings with equal keys are one alert. If some of its images
 * ignore the finding, the others come first, and the alert is open.
 */
export function sharedAlerts(reports: readonly ImageReport[], anchor: Anchor): SharedAlert[] {
  const shared = new Map<string, [Alert, ...Alert[]]>();
  for (const report of reports)
    for (const alert of alertsOf(report, anchor)) {
      const { finding, shown, fingerprint } = alert;
      const key = JSON.stringify([finding.rule, shown.path, fingerprint]);
      const known = shared.get(key);
      if (known === undefined) shared.set(key, [alert]);
      else known.push(alert);
    }
  return [...shared.values()].map(openFirst);
}

/** Whether an alert is ignored in all of its images. */
export function isIgnored([{ finding }]: SharedAlert): boolean {
  return "ignored" in finding;
}

/** The images in which an alert is open; all of them if it is in none. */
export function mainAlerts(alerts: SharedAlert): SharedAlert {
  const [first, ...others] = alerts;
  return [first, ...others.filter(({ finding }) => "ignored" in finding === isIgnored(alerts))];
}

function openFirst(alerts: SharedAlert): SharedAlert {
  const [first, ...others] = alerts.toSorted((a, b) => Number("ignored" in a.finding) - Number("ignored" in b.finding));
  return first === undefined ? alerts : [first, ...others];
}

function alertsOf(report: ImageReport, anchor: Anchor): Alert[] {
  const { files, findings, ignored } = report;
  const all = [...findings, ...ignored];
  const fingerprint = fingerprints(report);
  const known = new Map<object, Alert>();
  for (const finding of all.map((one) => ({ one, key: orderOf(one) })).sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const { one } = finding;
    const isInImage = one.cause !== null && files[one.cause.path]?.exists;
    const place: Place = isInImage && one.cause !== null ? one.cause : (one.losses[0] ?? placeOf(one));
    const shown = shownPlace(report, anchor, place);
    known.set(one, { report, finding: one, place, shown, fingerprint: fingerprint(one, place, shown) });
  }
  return all.map((finding) => known.get(finding)!);
}

/** Orders findings by what they say, so that the same one of a line is always the first. */
function orderOf({ rule, cause, losses, message }: ReportedFinding): string {
  const [loss] = losses;
  return JSON.stringify([rule, cause?.path, cause?.line, cause?.column, loss?.path, loss?.setting, message]);
}

/** The characters of a line that is hashed on its own; it can be megabytes long. */
const MOST_OF_LINE = 1000;

/**
 * GitHub's hash of the line; for a file that is not in the repository, of the line alone, since images whose files differ
 * elsewhere share the finding. At the anchor, or if the file cannot be read, or the line already has an alert of the same rule
 * in this image (which GitHub would merge), the hash also includes the place in the image and the setting.
 */
function fingerprints({ files }: ImageReport): (finding: ReportedFinding, place: Place, shown: ShownPlace) => string {
  const taken = new Map<string, number>();
  const hashes = new Map<string, ReturnType<typeof lineHashes> | undefined>();
  const count = (alert: string) => {
    const number = (taken.get(alert) ?? 0) + 1;
    taken.set(alert, number);
    return number;
  };
  return ({ rule, losses: [loss] }, { path, line }, shown) => {
    const { lines, startLine, isAnchor } = shown;
    const key = `${isAnchor} ${shown.path}`;
    const isOwn = isAnchor || Boolean(files[path]?.repository);
    if (isOwn && !hashes.has(key)) hashes.set(key, lines && lineHashes(lines.join("\n")));
    const alone = lines?.[startLine - 1]?.slice(0, MOST_OF_LINE);
    const hash = isOwn ? hashes.get(key)?.(startLine) : alone === undefined ? undefined : lineHashes(alone)(1);
    if (hash !== undefined && !isAnchor && count(JSON.stringify([rule, shown.path, hash])) === 1) return hash;
    // Lines move: the text of one tells it apart, if it is known.
    const blamed = line === null ? null : (files[path]?.lines?.[line - 1]?.trim() ?? line);
    const parts = [hash ?? path, loss?.path, loss?.setting, ...(isAnchor ? [path, blamed] : [])];
    const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
    return `${digest}:${count(JSON.stringify([rule, shown.path, digest]))}`;
  };
}
