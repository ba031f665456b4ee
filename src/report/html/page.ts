import { SEVERITIES, type Severity } from "../../lint/finding.ts";
import type { Rule } from "../../lint/rules/rule.ts";
import { advice } from "../advice.ts";
import { SEVERITY_WORDS } from "../findingText.ts";
import { commonCauses, type Fleet, fleetInWords, fleetOf, type NotLinted } from "../fleet.ts";
import type { ImageReport } from "../imageReport.ts";
import { leftOutInWords } from "../leftOut.ts";
import { readInWords } from "../readRemotely.ts";
import { countBySeverity } from "../severity.ts";
import { type SharedFinding, sharedFindings } from "../sharedFindings.ts";
import { findingHtml, ignoredHtml } from "./findings.ts";
import { factsHtml, framed } from "./frame.ts";
import { counted, type Html, html, prose } from "./html.ts";
import { type ImageLinks, linksOf } from "./links.ts";
import { sourcesHtml } from "./sources.ts";
import { timelineHtml } from "./timeline.ts";

/** The causes of a fleet that are shown at once; the others are folded. */
const OPEN_CAUSES = 20;
/** With more images there is a list to choose one from. */
const LISTED_IMAGES = 3;
/** More findings are laid out only where they are seen. */
const MANY_FINDINGS = 100;

/**
 * The findings of all images and their first boots as a page: one file, which loads nothing. The longest lists are folded,
 * and the page can be read without its script, which filters and opens what a link leads to.
 */
export function htmlReport(
  reports: readonly ImageReport[],
  {
    minSeverity,
    rules = [],
    notLinted = [],
  }: { minSeverity: Severity; rules?: readonly Rule[]; notLinted?: readonly NotLinted[] },
): string {
  const findings = sharedFindings(reports, minSeverity).sort(
    ({ finding: one }, { finding: other }) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity),
  );
  const fleet = fleetOf(reports, notLinted, minSeverity);
  return page(reports, findings, findingsHtml(reports, findings, minSeverity, rules, notLinted), fleet);
}

/** The findings of one image and its first boot, for a page that is already there. */
export function htmlParts(report: ImageReport, rules: readonly Rule[]): { tiles: string; sections: string } {
  const findings = sharedFindings([report], "info");
  const images = linksOf([report], findings);
  const { tiles, section } = findingsHtml([report], findings, "info", rules, []);
  return { tiles: tiles.text, sections: html`${section(images, null)}${sectionsOf(images, findings)}`.text };
}

/** The first boot of an image as a page, without findings. */
export function planHtml(report: ImageReport): string {
  return page([report], [], null);
}

function page(
  reports: readonly ImageReport[],
  findings: readonly SharedFinding[],
  found: Found | null,
  fleet?: Fleet,
): string {
  const images = linksOf(reports, findings);
  const hasCauses = fleet !== undefined && commonCauses(fleet).length > 0;
  const { hasPlan, hasFiles } = contentOf(images);
  const count = reports.length + (fleet?.notLinted ?? 0);
  const title = count === 1 ? (reports[0]?.image.source ?? "") : counted(count, "image");
  const sections = [
    ...(hasCauses ? [html`<a href="#causes">Causes</a>`] : []),
    ...(found === null ? [] : [html`<a href="#findings">Findings <span class="count">${findings.length}</span></a>`]),
    ...(hasPlan ? [html`<a href="#boot">First boot</a>`] : []),
    ...(hasFiles ? [html`<a href="#files">Files</a>`] : []),
  ];
  const isOne = count === 1 && reports[0] !== undefined;
  const header = html`${isOne ? html`<p class="image-facts">${factsHtml(reports[0]!.image)}</p>` : null}${fleet === undefined ? null : html`<p class="image-facts">${fleetInWords(fleet)}</p>`}
${found?.tiles ?? null}`;
  const main = html`${fleet === undefined ? null : causesHtml(fleet)}${found?.section(images, fixHtml(findings)) ?? null}
${sectionsOf(images, findings)}`;
  return framed({ title, header, sections, main });
}

function contentOf(images: readonly ImageLinks[]): { readonly hasPlan: boolean; readonly hasFiles: boolean } {
  return {
    hasPlan: images.some(({ report }) => report.plan !== null),
    hasFiles: images.some(({ files }) => files.size > 0),
  };
}

/** The sections after the findings. */
function sectionsOf(images: readonly ImageLinks[], findings: readonly SharedFinding[]): Html {
  const { hasPlan, hasFiles } = contentOf(images);
  return html`${hasPlan ? bootHtml(images, findings) : null}
${hasFiles ? filesHtml(images, findings) : null}`;
}

/** The parts of the page about findings. */
interface Found {
  readonly tiles: Html;
  /** @param advice on how the fixes are put in place */
  section(images: readonly ImageLinks[], advice: Html | null): Html;
}

function findingsHtml(
  reports: readonly ImageReport[],
  findings: readonly SharedFinding[],
  minSeverity: Severity,
  rules: readonly Rule[],
  notLinted: readonly NotLinted[],
): Found {
  const adviceOf = advice(rules);
  const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(minSeverity) + 1);
  const counts = countBySeverity(findings.map(({ finding }) => finding));
  const all = countBySeverity(reports.flatMap((report) => report.findings));
  const hidden = SEVERITIES.filter((severity) => !shown.includes(severity) && all[severity] > 0).map((severity) =>
    counted(all[severity], SEVERITY_WORDS[severity]),
  );
  const ignored = reports.reduce((sum, report) => sum + report.ignored.length, 0);
  const told = [leftOutInWords(reports), readInWords(reports, notLinted)].filter((text) => text !== "");
  const tiles = html`<ul class="tiles">${shown.map(
    (severity) =>
      html`<li class="${severity}${counts[severity] === 0 ? " none" : ""}"><b>${counts[severity]}</b> ${SEVERITY_WORDS[severity]}${counts[severity] === 1 ? "" : "s"}</li>`,
  )}${ignored === 0 ? null : html`<li class="none"><b>${ignored}</b> ignored</li>`}</ul>
${hidden.length === 0 ? null : html`<p class="meta">${hidden.join(", ")} hidden (--min-severity info shows them)</p>`}
${told.map((text) => html`<p class="meta">${text}</p>`)}`;
  const files = new Numbers();
  const sources = new Numbers();
  const numbered = findings.map(({ finding: { cause, losses }, images }) => ({
    files: files.of([...(cause === null ? [] : [cause.path]), ...losses.map(({ path }) => path)]),
    images: sources.of(images.map(({ image }) => image.source)),
  }));
  const section = (images: readonly ImageLinks[], advice: Html | null) => {
    const links = new Map(images.map((image) => [image.report, image]));
    return html`<section id="findings"${findings.length > MANY_FINDINGS ? html` class="many"` : null} aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
${problemsHtml(reports, notLinted)}
${findings.length < 2 ? null : filterHtml(findings, shown, files, sources)}
${advice}
${findings.length === 0 ? html`<p class="clean">Nothing to report${reports.some(({ unread }) => unread.length > 0) ? " in the files that could be read" : ""}.</p>` : null}
${findings.map((finding, index) => findingHtml(finding, index, links, numbered[index]!, adviceOf))}
${ignoredHtml(reports)}</section>
`;
  };
  return { tiles, section };
}

/** Names with a number each, for attributes that hold several of them. */
class Numbers {
  readonly byName = new Map<string, number>();

  /** The numbers of some names, separated by blanks. */
  of(names: readonly string[]): string {
    const numbers = new Set<number>();
    for (const name of names) {
      const number = this.byName.get(name) ?? this.byName.size + 1;
      this.byName.set(name, number);
      numbers.add(number);
    }
    return [...numbers].join(" ");
  }
}

/** How the fixes are put in place. */
function fixHtml(findings: readonly SharedFinding[]): Html {
  const fixable = findings.filter(({ finding }) => finding.fix?.safe);
  const areReadOnly = fixable.flatMap(({ images }) => images.map(({ image }) => image.isReadOnly === true));
  return html`${areReadOnly.includes(false) ? html`<p class="meta"><code>cloud-init-lint fix &lt;image&gt;</code> puts the fixes in place.</p>` : null}
${areReadOnly.includes(true) ? html`<p class="meta"><code>cloud-init-lint fix &lt;image&gt; --output &lt;dir&gt;</code> writes the fixed files to a directory.</p>` : null}`;
}

/** The causes that several images share. */
function causesHtml(fleet: Fleet): Html | null {
  const causes = commonCauses(fleet);
  if (causes.length === 0) return null;
  const items = causes.map(
    ({ images, severity, rule, place }) =>
      html`<li><b>${counted(images, "image")}</b> <span class="badge ${severity}">${SEVERITY_WORDS[severity]}</span> <code>${rule}</code> at <code>${place}</code></li>`,
  );
  return html`<section id="causes" aria-labelledby="causes-title">
<h2 id="causes-title">Causes</h2>
<ol class="notes causes">${items.slice(0, OPEN_CAUSES)}</ol>
${items.length > OPEN_CAUSES ? html`<details><summary>${counted(items.length - OPEN_CAUSES, "more cause")}</summary><ol class="notes causes" start="${String(OPEN_CAUSES + 1)}">${items.slice(OPEN_CAUSES)}</ol></details>` : null}</section>
`;
}

/** What limits all findings of an image, and the images without any. */
function problemsHtml(reports: readonly ImageReport[], notLinted: readonly NotLinted[]): Html | null {
  const lost = notLinted.map(
    ({ source, message }) => html`<li><b>${source}</b> could not be linted: ${prose(message)}</li>`,
  );
  const found = reports.flatMap(({ image, caveats, unread }) => [
    ...caveats.map((caveat) => html`<li><b>${image.source}</b>: ${prose(caveat)}</li>`),
    ...unread.map(
      ({ path, reason }) =>
        html`<li><b>${image.source}</b>: <code>${path}</code> could not be read: ${prose(reason)}</li>`,
    ),
  ]);
  const problems = [...lost, ...found];
  return problems.length === 0 ? null : html`<ul class="notes">${problems}</ul>`;
}

/** The filter, which only the script shows. */
function filterHtml(
  findings: readonly SharedFinding[],
  severities: readonly Severity[],
  files: Numbers,
  images: Numbers,
): Html {
  const names = (of: (finding: SharedFinding["finding"]) => string | null) =>
    [...new Set(findings.flatMap(({ finding }) => of(finding) ?? []))].sort().map((name) => [name, name] as const);
  const numbers = ({ byName }: Numbers) =>
    Array.from(byName, ([name, number]) => [name, String(number)] as const).sort();
  const boxes = severities.map(
    (severity) =>
      html`<label><input type="checkbox" name="severity" value="${severity}" checked> ${SEVERITY_WORDS[severity]}s</label>`,
  );
  return html`<form id="filter" class="tools" hidden>
<fieldset><legend>Severity</legend>${boxes}</fieldset>
${selectHtml(
  "rule",
  "Rule",
  names(({ rule }) => rule),
)}
${selectHtml(
  "service",
  "Service",
  names(({ service }) => service),
)}
${selectHtml("file", "File", numbers(files))}
${images.byName.size < 2 ? null : selectHtml("image", "Image", numbers(images))}
<label>Text <input type="search" name="text" autocomplete="off"></label>
<button type="reset">Reset</button>
<output aria-live="polite"></output>
</form>
`;
}

function selectHtml(name: string, label: string, options: readonly (readonly [string, string])[]): Html {
  return html`<label>${label} <select name="${name}"><option value="">all</option>${options.map(
    ([text, value]) => html`<option value="${value}">${text}</option>`,
  )}</select></label>`;
}

/** The first boots: of a single image as it is, of several each folded. */
function bootHtml(images: readonly ImageLinks[], findings: readonly SharedFinding[]): Html {
  const [only] = images;
  const timelines =
    images.length === 1 && only?.report.plan
      ? html`<div id="${only.id}">${timelineHtml(only.report.plan, only, findings, "h3")}</div>`
      : html`${chooserHtml(images)}${images.map((image, index) => imageHtml(image, index === 0, findings))}`;
  return html`<section id="boot" aria-labelledby="boot-title">
<h2 id="boot-title">First boot</h2>
<form id="changes" class="tools" hidden>
<label>Path contains <input type="search" name="path" autocomplete="off"></label>
${findings.length === 0 ? null : html`<label><input type="checkbox" name="found"> only changes with findings</label>`}
<button type="button" name="open">Open all</button> <button type="button" name="close">Close all</button>
<output aria-live="polite"></output>
</form>
${timelines}</section>
`;
}

function chooserHtml(images: readonly ImageLinks[]): Html | null {
  if (images.length <= LISTED_IMAGES) return null;
  const options = images.map(({ id, report }) => html`<option value="${id}">${report.image.source}</option>`);
  return html`<form id="chooser" class="tools" hidden><label>Image <select name="image">${options}</select></label></form>`;
}

function imageHtml(image: ImageLinks, isOpen: boolean, findings: readonly SharedFinding[]): Html {
  const { report, id } = image;
  return html`<details class="image" id="${id}"${isOpen ? html` open` : null}><summary><h3>${report.image.source}</h3> <span class="facts">${factsHtml(report.image)}</span></summary>
${report.plan === null ? html`<p>No first boot is simulated for this file.</p>` : timelineHtml(report.plan, image, findings, "h4")}</details>
`;
}

function filesHtml(images: readonly ImageLinks[], findings: readonly SharedFinding[]): Html {
  const several = images.length > 1;
  return html`<section id="files" aria-labelledby="files-title">
<h2 id="files-title">Files</h2>
<p class="meta">The lines that cause changes, and those that are lost in files that do not change.</p>
${images
  .map((image) =>
    image.files.size === 0
      ? null
      : html`${several ? html`<h3>${image.report.image.source}</h3>` : null}${sourcesHtml(image, findings)}`,
  )
  .flatMap((one) => one ?? [])}</section>
`;
}
