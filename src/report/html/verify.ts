import { SEVERITY_WORDS } from "../findingText.ts";
import type {
  ReportedComparison,
  ReportedDifference,
  ReportedModuleEnd,
  ReportedVerification,
} from "../reportedVerification.ts";
import { differenceInWords, verifyCounts, verifySections, verifySummary } from "../verifySections.ts";
import { diffHtml } from "./diffHtml.ts";
import { factsHtml, framed } from "./frame.ts";
import { counted, type Html, html, joined, prose } from "./html.ts";

/** Verdicts by the tone of their badge. */
const TONES = { confirmed: "good", contradicted: "error", "not touched": "none" } as const;
/** Outcomes of files and modules by the same. */
const OUTCOMES = {
  predicted: "good",
  different: "error",
  "not predicted": "error",
  "did not happen": "error",
  sandbox: "warning",
} as const;

/** A verification as a page: what contradicts the prediction, then everything that was compared, folded where it is long. */
export function verifyHtml(verification: ReportedVerification): string {
  const { image, agrees, changes, modules, findings, commands } = verification;
  const told = verifySections(verification);
  const parts = [
    { id: "files", title: "Files", count: changes.length, content: () => filesHtml(changes) },
    { id: "modules", title: "Modules", count: modules.length, content: () => modulesHtml(modules) },
    { id: "findings", title: "Findings", count: findings.length, content: () => findingsHtml(findings) },
    { id: "commands", title: "Commands", count: commands.length, content: () => commandsHtml(commands) },
  ].filter(({ count }) => count > 0);
  const header = html`<p class="image-facts">${factsHtml(image)}</p>
${tilesHtml(verification)}`;
  const sections = [
    html`<a href="#result">Result</a>`,
    ...parts.map(({ id, title, count }) => html`<a href="#${id}">${title} <span class="count">${count}</span></a>`),
  ];
  const notes = told.filter(({ title }) => title.startsWith("Modules that failed") || title.startsWith("Stages"));
  const [first = "", ...rest] = verifySummary(verification);
  const main = html`<section id="result" aria-labelledby="result-title">
<h2 id="result-title">Result</h2>
<p class="${agrees ? "clean" : "notes"}">${first}</p>
<ul>${rest.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${notes.map(({ title, entries }) => html`<h3>${title}</h3><ul class="notes">${entries.map(({ text }) => html`<li>${prose(text)}</li>`)}</ul>`)}</section>
${parts.map(
  ({ id, title, content }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content()}</section>
`,
)}`;
  return framed({ title: image.source, header, sections, main });
}

function tilesHtml(verification: ReportedVerification): Html {
  const { undecided, ...parts } = verifyCounts(verification);
  const tiles = Object.entries(parts).map(
    ([name, { as, of }]) =>
      html`<li class="${of === 0 ? "none" : as === of ? "good" : "error"}"><b>${as}</b> of ${counted(of, name.slice(0, -1))} as predicted</li>`,
  );
  return html`<ul class="tiles">${tiles}${undecided === 0 ? null : html`<li class="none"><b>${undecided}</b> not decided</li>`}</ul>`;
}

/** What comes out otherwise first. */
function filesHtml(changes: readonly ReportedComparison[]): Html {
  const others = changes.filter(({ outcome }) => outcome !== "predicted");
  const alike = changes.filter(({ outcome }) => outcome === "predicted");
  const list = alike.map(
    (change) =>
      html`<li>${badgeHtml("predicted", "good")} <code class="path">${change.path}</code> <span class="facts">${change.real}${byHtml(change)}</span></li>`,
  );
  return html`${others.map(otherHtml)}${foldedHtml(`${counted(alike.length, "file")} as predicted`, list, others.length === 0)}`;
}

function otherHtml(change: ReportedComparison): Html {
  const { path, outcome, predicted, real, differences } = change;
  return html`<details class="change" open><summary>${badgeHtml(outcome, OUTCOMES[outcome])} <code class="path">${path}</code> <span class="facts">predicted: ${predicted ?? "nothing"}, really: ${real ?? "nothing"}${byHtml(change)}</span></summary>
<div class="body">${differences.map(differenceHtml)}</div></details>
`;
}

function differenceHtml(difference: ReportedDifference): Html {
  const diff = difference.what === "content" ? diffHtml(difference.diff ?? []) : null;
  return html`<p class="because">${differenceInWords(difference)}</p>${diff}`;
}

function byHtml({ modules, causes }: ReportedComparison): Html | null {
  const [cause] = causes;
  if (modules.length === 0 || cause === undefined) return null;
  return html`, by ${joined(
    modules.map((module) => html`${module}`),
    ", ",
  )} because of <code>${cause.path}:${cause.line}</code>`;
}

/** Those that ended otherwise first. */
function modulesHtml(modules: readonly ReportedModuleEnd[]): Html {
  const others = modules.filter(({ outcome }) => outcome !== "predicted");
  const alike = modules.filter(({ outcome }) => outcome === "predicted");
  return html`${others.length === 0 ? null : html`<ul class="modules">${others.map(moduleHtml)}</ul>`}${foldedHtml(
    `${counted(alike.length, "module")} as predicted`,
    alike.map(moduleHtml),
    others.length === 0,
  )}`;
}

function moduleHtml({ name, stage, predicted, why, real, outcome, error }: ReportedModuleEnd): Html {
  const remark = real === "failed" || outcome !== "predicted" ? (error ?? why) : why;
  return html`<li class="module"><p class="head">${badgeHtml(outcome, OUTCOMES[outcome])} <span class="name">${name}</span> <span class="facts">${stage} · predicted: ${predicted ?? "not listed"}, really: ${real}</span></p>${
    remark === null ? null : html`<p class="why">${prose(remark)}</p>`
  }</li>
`;
}

/** A list that may be folded; nothing if it is empty. */
function foldedHtml(title: string, items: readonly Html[], isOpen: boolean): Html | null {
  if (items.length === 0) return null;
  return html`<details class="skipped"${isOpen ? html` open` : null}><summary>${title}</summary><ul>${items}</ul></details>`;
}

function findingsHtml(findings: ReportedVerification["findings"]): Html {
  const order = ["contradicted", "confirmed", "not touched"];
  const sorted = [...findings].sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  return html`${sorted.map(
    ({ rule, severity, message, cause, verdict, why }) => html`<article class="finding ${severity}">
<h3>${badgeHtml(verdict, TONES[verdict])} ${prose(message)}</h3>
<p class="meta">${SEVERITY_WORDS[severity]} · <code>${rule}</code>${cause === null ? null : html` · <code>${cause.path}:${cause.line}</code>`}${why === null ? null : html` · ${why}`}</p>
</article>
`,
  )}`;
}

function commandsHtml(commands: readonly string[]): Html {
  return html`<p class="meta">Stand-ins recorded these calls instead of running them.</p>
<ol class="does">${commands.map((command) => html`<li><code class="command">${prose(command)}</code></li>`)}</ol>
`;
}

function badgeHtml(text: string, tone: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}
