import { escapeLine } from "../escape.ts";
import type { SharedFinding } from "../sharedFindings.ts";
import { counted, type Html, html, joined } from "./html.ts";
import type { FilePlace, ImageLinks, LinePlace } from "./links.ts";
import { aboutHtml } from "./timeline.ts";

/** The equal lines around each line that is referred to. */
const CONTEXT = 2;
/** The changes of a line that are named; the others are counted. */
const NAMED_CHANGES = 6;

/** The files of an image that findings and changes refer to, with the lines that do. */
export function sourcesHtml(image: ImageLinks, findings: readonly SharedFinding[]): Html {
  const files = [...image.files].sort(([one], [other]) => (one < other ? -1 : 1));
  return html`${files.map(([path, file]) => fileHtml(path, file, image, findings))}`;
}

function fileHtml(path: string, file: FilePlace, image: ImageLinks, findings: readonly SharedFinding[]): Html {
  const lines = image.report.files[path]?.lines ?? [];
  const places = [...file.lines].sort(([one], [other]) => one - other);
  const blocks: Html[] = [];
  let next = 1;
  const plain = (from: number, to: number) => {
    for (let number = from; number <= to && lines[number - 1] !== undefined; number++)
      blocks.push(html`<span><span class="no">${number}</span>${escapeLine(lines[number - 1] ?? "")}</span>`);
  };
  for (const [index, [number, place]] of places.entries()) {
    const from = Math.max(next, number - CONTEXT);
    if (from > next) blocks.push(html`<span class="at">⋯</span>`);
    plain(from, number - 1);
    blocks.push(placeHtml(number, lines[number - 1], place, findings));
    const until = Math.min(number + CONTEXT, (places[index + 1]?.[0] ?? Number.POSITIVE_INFINITY) - 1);
    plain(number + 1, lines.at(-1) === "" ? Math.min(until, lines.length - 1) : until);
    next = until + 1;
  }
  const about = [...new Set(file.losses)];
  const isOpen = about.length > 0 || places.some(([, { causes, losses }]) => causes.length + losses.length > 0);
  return html`<details class="source" id="${file.id}"${isOpen ? html` open` : null}><summary><code class="path">${path}</code> <span class="facts">${
    places.length === 0 ? null : counted(places.length, "line")
  }</span></summary>
${about.length === 0 ? null : html`<ul class="about">${about.map((index) => aboutHtml(index, findings))}</ul>`}
${blocks.length === 0 ? null : html`<div class="code">${blocks}</div>`}</details>
`;
}

function placeHtml(
  number: number,
  text: string | undefined,
  place: LinePlace,
  findings: readonly SharedFinding[],
): Html {
  const about = [...new Set([...place.causes, ...place.losses])];
  return html`<div class="place" id="${place.id}"><mark><span class="no">${number}</span>${escapeLine(text ?? "")}</mark><ul class="about">${about.map((index) => aboutHtml(index, findings))}${changesHtml(place)}</ul></div>`;
}

/** The changes that a line causes, by module. */
function changesHtml({ changes }: LinePlace): Html[] {
  const byModule = new Map<string, LinePlace["changes"]>();
  for (const change of changes) {
    const own = byModule.get(change.module);
    if (own === undefined) byModule.set(change.module, [change]);
    else own.push(change);
  }
  return Array.from(byModule, ([module, own]) => {
    const named = own.slice(0, NAMED_CHANGES).map(({ path, id }) => html`<a href="#${id}"><code>${path}</code></a>`);
    const more = own.length - named.length;
    return html`<li>${module} changes ${joined(named, ", ")}${more > 0 ? ` and ${counted(more, "more file")}` : null}</li>`;
  });
}
