import { SEVERITY_WORDS } from "../findingText.ts";
import { changeVerb, LIBRARY_HEADING, PLAN_STAGES, planSummary } from "../planText.ts";
import type { ReportedChange, ReportedModule, ReportedPlan } from "../reportedPlan.ts";
import type { SharedFinding } from "../sharedFindings.ts";
import { diffHtml } from "./diffHtml.ts";
import { placeHtml } from "./findings.ts";
import { counted, Html, html, joined, prose } from "./html.ts";
import { findingId, type ImageLinks } from "./links.ts";

/** Modules with more changes are folded. */
const OPEN_CHANGES = 40;
/** The causes of a change that are named. */
const NAMED_CAUSES = 12;

const STAGE_LISTS = {
  "init-local": "before the network is up",
  init: "cloud_init_modules",
  config: "cloud_config_modules",
  final: "cloud_final_modules",
} as const;

/** The first boot of an image, stage by stage, module by module. */
export function timelineHtml(
  plan: ReportedPlan,
  image: ImageLinks,
  findings: readonly SharedFinding[],
  heading: "h3" | "h4",
): Html {
  const modules = plan.modules.map((module, index) => ({ module, id: image.moduleId(index) }));
  const stages = PLAN_STAGES.map((stage) => {
    const own = modules.filter(({ module }) => module.outcome?.stage === stage);
    return own.length === 0 ? null : stageHtml(stage, STAGE_LISTS[stage], own, image, findings, heading);
  });
  const outside = modules.filter(({ module }) => module.outcome === null);
  if (outside.length > 0) stages.push(stageHtml("outside the stages", "", outside, image, findings, heading));
  return html`<p class="totals">${planSummary(plan)}</p>
${plan.library.length === 0 ? null : html`<p>${LIBRARY_HEADING}:</p><ul>${plan.library.map((clause) => html`<li>${prose(clause)}</li>`)}</ul>`}
${plan.notes.length === 0 ? null : html`<ul class="notes">${plan.notes.map(noteHtml)}</ul>`}
<ol class="stages">${stages.flatMap((stage) => stage ?? [])}</ol>
`;
}

interface PlacedModule {
  readonly module: ReportedModule;
  readonly id: string;
}

function stageHtml(
  name: string,
  list: string,
  modules: readonly PlacedModule[],
  image: ImageLinks,
  findings: readonly SharedFinding[],
  heading: "h3" | "h4",
): Html {
  const tag = new Html(heading);
  const called = modules.filter(({ module }) => module.outcome?.status !== "skipped");
  const skipped = modules.filter(({ module }) => module.outcome?.status === "skipped");
  return html`<li class="stage"><${tag}>${name}${list === "" ? null : html` <span class="list">${list}</span>`}</${tag}>
${called.length === 0 ? null : html`<ul class="modules">${called.map((one) => moduleHtml(one, image, findings))}</ul>`}
${skipped.length === 0 ? null : skippedHtml(skipped)}</li>
`;
}

/** A module that runs, and what it does. */
function moduleHtml({ module, id }: PlacedModule, image: ImageLinks, findings: readonly SharedFinding[]): Html {
  const { name, outcome, changes, alsoChanges, commands, notes } = module;
  const status = outcome?.status ?? "ran";
  const why = outcome?.why ?? null;
  const facts = [
    ...(changes.length === 0 ? [] : [html`${counted(changes.length, "change")}`]),
    ...(commands.length === 0 ? [] : [html`${counted(commands.length, "command")}`]),
    ...(outcome === null ? [] : [html`${outcome.frequency}`]),
  ];
  const head = html`<span class="status ${classOf(status)}">${status}</span> <span class="name">${name}</span> <span class="facts">${joined(facts, " · ")}</span>`;
  const remark =
    why === null
      ? null
      : html`
<p class="why">${prose(why.message)}</p>`;
  const does = [
    ...alsoChanges.map(({ path, last }) => {
      const again = image.changes.get(path);
      return html`<li>changes ${placeHtml(path, null, again)}, which ${last} changes again</li>`;
    }),
    ...commands.map((command) => html`<li>runs <code class="command">${prose(command)}</code></li>`),
    ...notes.map(noteHtml),
  ];
  const marker = classOf(status);
  if (changes.length === 0 && does.length === 0)
    return html`<li class="module ${marker}" id="${id}"><p class="head">${head}</p>${remark}</li>
`;
  return html`<li class="module ${marker}${changes.length > OPEN_CHANGES ? " many" : ""}" id="${id}"><details${changes.length > OPEN_CHANGES ? null : html` open`}><summary class="head">${head}</summary>${remark}
${changes.map((change) => changeHtml(change, image, findings))}
${does.length === 0 ? null : html`<ul class="does">${does}</ul>`}</details></li>
`;
}

function classOf(status: string): string {
  return status.replace(" ", "-");
}

function noteHtml(note: string): Html {
  return html`<li class="note"><span class="label">Note</span> ${prose(note)}</li>`;
}

function changeHtml(change: ReportedChange, image: ImageLinks, findings: readonly SharedFinding[]): Html {
  const { path, op, certainty, facts, causes } = change;
  const about = image.findings.get(path) ?? [];
  const worst = about.map((index) => findings[index]!.finding.severity)[0];
  const named = causes
    .slice(0, NAMED_CAUSES)
    .map(({ path, line }) => placeHtml(path, line, image.idOfLine(path, line)));
  const more = causes.length - named.length;
  return html`<details class="change" id="${image.changes.get(path) ?? ""}"${about.length > 0 ? html` open` : null}><summary><span class="op ${
    certainty === "possible" ? "possible" : op
  }">${changeVerb(change)}</span> <code class="path">${path}</code>${facts === "" ? null : html` <span class="facts">${facts}</span>`}${
    worst === undefined ? null : html` <span class="badge ${worst}">${counted(about.length, "finding")}</span>`
  }</summary>
<div class="body"><p class="because">because of ${joined(named, ", ")}${more > 0 ? html` and ${more} more` : null}</p>
${about.length === 0 ? null : html`<ul class="about">${about.map((index) => aboutHtml(index, findings))}</ul>`}
${diffHtml(change.diff)}</div></details>
`;
}

/** A link to a finding. */
export function aboutHtml(index: number, findings: readonly SharedFinding[]): Html {
  const { severity, rule } = findings[index]!.finding;
  return html`<li><span class="badge ${severity}">${SEVERITY_WORDS[severity]}</span> <a href="#${findingId(index)}">${rule}</a></li>`;
}

/** The modules of a stage that do not run, folded. */
function skippedHtml(skipped: readonly PlacedModule[]): Html {
  return html`<details class="skipped"><summary>${counted(skipped.length, "module")} skipped</summary><ul>${skipped.map(
    ({ module: { name, outcome }, id }) =>
      html`<li id="${id}"><span class="name">${name}</span> <span class="facts">${outcome?.frequency ?? null}</span> <span class="why">${prose(outcome?.why?.message ?? "")}</span></li>
`,
  )}</ul></details>`;
}
