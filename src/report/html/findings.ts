import type { Loss } from "../../lint/finding.ts";
import { escapeLine, linesOf } from "../escape.ts";
import { SEVERITY_WORDS } from "../findingText.ts";
import type { ImageReport, ReportedEdit, ReportedFinding, ReportedFix, ReportedIgnored } from "../imageReport.ts";
import type { SharedFinding } from "../sharedFindings.ts";
import { diffHtml } from "./diffHtml.ts";
import { counted, type Html, html, joined, prose } from "./html.ts";
import { findingId, type ImageLinks } from "./links.ts";

/** The losses of a finding that are shown at once; the others are folded. */
const SHOWN_LOSSES = 8;
/** Longer fixes are folded. */
const OPEN_FIX_LINES = 12;
/** Longer values, before and after together, each get lines of their own. */
const LONG_VALUES = 60;
/** The images that are named at once; the others are folded. */
const NAMED_IMAGES = 12;

/** A finding with its cause, its losses and its fix. `numbers` are those of its files in the filter. */
export function findingHtml(
  { finding, images }: SharedFinding,
  index: number,
  links: ReadonlyMap<ImageReport, ImageLinks>,
  numbers: { readonly files: string; readonly images: string },
  adviceOf: (rule: string) => string | undefined,
): Html {
  const { rule, severity, service, evidence, fix } = finding;
  const image = links.get(images[0])!;
  const shared = links.size === 1 ? null : imagesHtml(images, links);
  return html`<article class="finding ${severity}" id="${findingId(index)}" data-severity="${severity}" data-rule="${rule}" data-service="${service ?? ""}" data-files="${numbers.files}" data-images="${numbers.images}">
<h3><span class="badge ${severity}">${SEVERITY_WORDS[severity]}</span> ${prose(finding.message)}</h3>
${metaHtml(finding, image)}
${shared}
<div class="sides">
${causeHtml(finding, image)}
${lossesHtml(finding.losses, image, finding.confidence)}
</div>
${evidence === "" ? null : html`<p class="evidence"><span class="label">Evidence</span> ${prose(evidence)}</p>`}
${changesHtml(finding, image)}
${fix === null ? adviceHtml(adviceOf(rule)) : fixHtml(fix, image.report)}
</article>
`;
}

function metaHtml({ rule, service, module, confidence }: ReportedFinding, image: ImageLinks): Html {
  const id = image.moduleOf(module);
  const parts = [html`<code>${rule}</code>`];
  if (service !== null) parts.push(html`service ${service}`);
  if (module !== null)
    parts.push(html`module ${id === undefined ? html`${module}` : html`<a href="#${id}">${module}</a>`}`);
  parts.push(html`${confidence}`);
  return html`<p class="meta">${joined(parts, " · ")}</p>`;
}

function imagesHtml(images: readonly ImageReport[], links: ReadonlyMap<ImageReport, ImageLinks>): Html {
  const items = images.map((report) => {
    const { id } = links.get(report)!;
    const { source } = report.image;
    return id === null ? html`<li>${source}</li>` : html`<li><a href="#${id}">${source}</a></li>`;
  });
  const more = images.length - NAMED_IMAGES;
  return html`<ul class="chips" aria-label="Images">${items.slice(0, NAMED_IMAGES)}</ul>${more > 0 ? html`<details><summary>${counted(more, "more image")}</summary><ul class="chips">${items.slice(NAMED_IMAGES)}</ul></details>` : null}`;
}

/** The line of the cause between its neighbours. */
function causeHtml({ cause }: Pick<ReportedFinding, "cause">, image: ImageLinks): Html | null {
  if (cause === null) return null;
  const { path, line } = cause;
  const lines = image.report.files[path]?.lines ?? [];
  const shown = lines[line - 1] === undefined ? [] : [line - 1, line, line + 1];
  const last = lines.at(-1) === "" ? lines.length - 1 : lines.length;
  const frame = shown.flatMap((number) => {
    if (number < 1 || (number > last && number !== line)) return [];
    const text = html`<span class="no">${number}</span>${escapeLine(lines[number - 1] ?? "")}`;
    return number === line ? html`<mark>${text}</mark>` : html`<span>${text}</span>`;
  });
  return html`<div><h4>Cause</h4>
<p>${placeHtml(path, line, image.idOfLine(path, line))}</p>
${frame.length === 0 ? null : html`<pre class="code">${frame}</pre>`}</div>`;
}

/** The changes that undo something in other files. */
function changesHtml(finding: ReportedFinding, image: ImageLinks): Html | null {
  const changes = image.changesOf(finding);
  if (changes.length === 0) return null;
  const links = changes.map(({ path, id }) => placeHtml(path, null, id));
  return html`<p class="evidence"><span class="label">Changed at boot</span> ${joined(links, ", ")}</p>`;
}

function adviceHtml(advice: string | undefined): Html | null {
  return advice === undefined ? null : html`<p class="help"><span class="label">Help</span> ${advice}</p>`;
}

const AFFECTED = { certain: "Affected", likely: "Probably affected", possible: "Possibly affected" } as const;

function lossesHtml(losses: readonly Loss[], image: ImageLinks, confidence: keyof typeof AFFECTED): Html | null {
  if (losses.length === 0) return null;
  const items = losses.map((loss) => lossHtml(loss, image));
  const more = items.length - SHOWN_LOSSES;
  return html`<div><h4>${AFFECTED[confidence]}</h4>
<ul class="losses">${items.slice(0, SHOWN_LOSSES)}</ul>
${
  more > 0
    ? html`<details><summary>${more} more</summary><ul class="losses">${items.slice(SHOWN_LOSSES)}</ul></details>`
    : null
}</div>`;
}

function lossHtml({ path, line, setting, before, after }: Loss, image: ImageLinks): Html {
  const name = setting === null ? null : html`<code class="setting">${prose(setting)}</code>`;
  const isLong = (before?.length ?? 0) + (after?.length ?? 0) > LONG_VALUES;
  const values =
    before === null && after === null
      ? null
      : html`<span class="values${isLong ? " long" : ""}">${before === null ? null : html`<del>${prose(before)}</del>`}${
          after === null ? html`<span class="gone">removed</span>` : html`<ins>${prose(after)}</ins>`
        }</span>`;
  return html`<li>${name}${values}${placeHtml(path, line, image.idOfLoss(path, line))}</li>`;
}

/** A place, linked to where the page shows it. */
export function placeHtml(path: string, line: number | null, id: string | undefined): Html {
  const text = html`<code>${line === null ? path : `${path}:${line}`}</code>`;
  return id === undefined ? html`<span class="place">${text}</span>` : html`<a class="place" href="#${id}">${text}</a>`;
}

function fixHtml({ safe, why, edits }: ReportedFix, { files }: ImageReport): Html {
  const shown = edits.map((edit) => ({ what: whatHtml(edit, files), lines: editLines(edit) }));
  const length = shown.reduce((sum, { lines }) => sum + lines.length, 0);
  const [first] = shown;
  const more = shown.length === 1 ? null : html` and ${shown.length - 1} more`;
  return html`<details class="fix"${length <= OPEN_FIX_LINES ? html` open` : null}><summary><span class="label">${
    safe ? "Fix" : "Unsafe fix"
  }</span> ${first?.what ?? null}${more}</summary>
${why === null ? null : html`<p>${prose(why)}</p>`}
${shown.map(({ what, lines }, index) => html`${index === 0 ? null : html`<p>${what}</p>`}${diffHtml(lines)}`)}</details>`;
}

function whatHtml({ path, renames }: ReportedEdit, files: ImageReport["files"]): Html {
  if (renames !== null) return html`rename <code>${renames.path}</code> to <code>${path}</code>`;
  return html`${files[path]?.exists ? "change" : "add"} <code>${path}</code>`;
}

/** The lines that an edit changes, without the header of the diff and that of its only hunk; [] for a rename. */
function editLines({ diff, renames }: ReportedEdit): string[] {
  const lines = linesOf(diff).slice(2);
  if (renames !== null) return [];
  return lines[0]?.startsWith("@@ -0,0 ") ? lines.slice(1) : lines;
}

/** The ignored findings of all images, folded. */
export function ignoredHtml(reports: readonly ImageReport[]): Html | null {
  const all = reports.flatMap((report) => report.ignored.map((finding) => ({ finding, report })));
  if (all.length === 0) return null;
  return html`<details class="ignored"><summary>${counted(all.length, "ignored finding")}</summary>
<ul>${all.map(({ finding, report }) => oneIgnored(finding, reports.length > 1 ? report.image.source : null))}</ul></details>
`;
}

const IGNORED_BY = { comment: "by a comment at", config: "by", baseline: "by the baseline" } as const;

function oneIgnored({ rule, severity, message, cause, ignored }: ReportedIgnored, source: string | null): Html {
  const { by, path, line, reason } = ignored;
  return html`<li><span class="badge ${severity}">${SEVERITY_WORDS[severity]}</span> ${prose(message)}
<p class="meta"><code>${rule}</code>${source === null ? null : html` · ${source}`}${
    cause === null ? null : html` · ${placeHtml(cause.path, cause.line, undefined)}`
  } · ignored ${IGNORED_BY[by]} ${placeHtml(path, line, undefined)}${
    reason === null ? null : html`: ${prose(reason)}`
  }</p></li>
`;
}
