import pc from "picocolors";
import type { Colors, Formatter } from "picocolors/types.js";
import type { BootResult } from "../boot/boot.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import { paintDiff } from "./diff.ts";
import { escapeProse } from "./escape.ts";
import { imageHeader } from "./imageHeading.ts";
import { reportedImage } from "./imageReport.ts";
import {
  isUnknown,
  type ReportedChange,
  type ReportedModule,
  type ReportedOutcome,
  type ReportedPlan,
  reportedPlan,
} from "./reportedPlan.ts";
import { hanging, wrap } from "./width.ts";

export interface PlanOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Shows diffs and new files without limits. */
  readonly verbose?: boolean;
}

/** The stages of the boot, in their order. */
export const PLAN_STAGES = ["init-local", "init", "config", "final"] as const;

/** What the facts of the image's own cloud-init stand under. */
export const LIBRARY_HEADING = "The image's own cloud-init differs from upstream's";

const MIN_WIDTH = 30;
/** The number of lines of a new file or diff that are shown by default. */
const SHOWN_LINES = 40;
/** A plan shows whole lines, however narrow the terminal, and cuts only extremely long ones. */
const LINE_WIDTH = 1000;

/** Everything that the first boot does to an image, module by module, in the order of the boot. */
export function planText(image: ImageFacts, booted: BootResult, options: PlanOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const secrets = Secrets.ofBoot(booted);
  const plan = reportedPlan(booted, secrets);
  const doings = (module: ReportedModule) =>
    doingsBlock(module, options.verbose === true, style, width - 4).map((line) => `    ${line}`);
  const lines = imageHeader(reportedImage(image, secrets), style, width);
  if (plan.library.length > 0) lines.push("", `${LIBRARY_HEADING}:`);
  for (const clause of plan.library)
    lines.push(...hanging("", escapeProse(clause), width - 2, String).map((line) => `  ${line}`));
  for (const stage of PLAN_STAGES) {
    const modules = plan.modules.filter(({ outcome }) => outcome?.stage === stage);
    if (modules.length === 0) continue;
    lines.push("", style.underline(`${stage} stage`));
    for (const module of modules) {
      const { name, outcome } = module;
      if (outcome === null || outcome.status === "skipped" || isUnknown(outcome.why?.code)) continue;
      lines.push(...moduleHead(name, outcome, style, width));
      for (const line of doings(module)) lines.push(line);
    }
    lines.push(...notSimulated(modules, style, width), ...notRun(modules, style, width));
  }
  for (const module of plan.modules) {
    if (module.outcome !== null) continue;
    lines.push("", style.underline(`${escapeProse(module.name)}, outside the stages`));
    for (const line of doings(module)) lines.push(line);
  }
  if (plan.notes.length > 0) lines.push("");
  for (const note of plan.notes)
    for (const one of hanging("note: ", escapeProse(note), width, style.yellow)) lines.push(one);
  lines.push("", ...wrap(planSummary(plan), width).map(style.bold));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function moduleHead(name: string, outcome: ReportedOutcome, style: Colors, width: number): string[] {
  const remark = remarkOn(outcome);
  const behind = remark === "" ? "" : `; ${remark}`;
  const text = escapeProse(`${outcome.frequency}${behind}`);
  const lines = hanging(`${escapeProse(name)}  `, text, width - 2, style.bold);
  return lines.map((line) => `  ${line}`);
}

/** What there is to say about the end of a module that was called; "" if it simply ran. */
function remarkOn({ why }: ReportedOutcome): string {
  if (why === null) return "";
  if (why.code === "raises") return `it fails: ${why.message}`;
  return why.code === "cannot-tell" ? `simulated only in part: ${why.message}` : why.message;
}

/** The modules of a stage that run with unknown effects. */
function notSimulated(modules: readonly ReportedModule[], style: Colors, width: number): string[] {
  const names = modules.filter(({ outcome }) => isUnknown(outcome?.why?.code)).map(({ name }) => name);
  if (names.length === 0) return [];
  const text = escapeProse(`${names.join(", ")} (they run, but their effects are unknown)`);
  return hanging("not simulated: ", text, width - 2, style.yellow).map((line) => `  ${line}`);
}

/** The modules of a stage that do not run, grouped by reason. */
function notRun(modules: readonly ReportedModule[], style: Colors, width: number): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, outcome } of modules) {
    if (outcome?.status !== "skipped") continue;
    const reason = outcome.why?.brief ?? "";
    const group = groups.get(reason);
    if (group === undefined) groups.set(reason, [name]);
    else group.push(name);
  }
  if (groups.size === 0) return [];
  const text = Array.from(groups, ([reason, names]) => `${names.join(", ")} (${reason})`).join("; ");
  return hanging("do not run: ", escapeProse(text), width - 2, String).map((line) => `  ${style.dim(line)}`);
}

function doingsBlock(module: ReportedModule, verbose: boolean, style: Colors, width: number): string[] {
  return [
    ...module.changes.flatMap((change) => changeBlock(change, verbose, style, width)),
    ...module.alsoChanges.flatMap(({ path, last }) =>
      hanging("", escapeProse(`changes ${path}, which ${last} changes again`), width, String),
    ),
    ...module.commands.flatMap((command) => hanging("runs ", escapeProse(command), width, style.cyan)),
    ...module.notes.flatMap((note) => hanging("note: ", escapeProse(note), width, style.yellow)),
  ];
}

/** One change: what happens to which file, the lines of configuration that cause it, and the diff. */
function changeBlock(change: ReportedChange, verbose: boolean, style: Colors, width: number): string[] {
  const { path, facts, diff } = change;
  const causes = change.causes.map(({ path, line }) => `${path}:${line}`).join(", ");
  const verb = changeVerb(change);
  const text = `${path}${facts === "" ? "" : ` (${facts})`} because of ${causes}`;
  const head = hanging(`${verb} `, escapeProse(text), width, paintOf(verb, style));
  const shown = verbose ? diff : diff.slice(0, SHOWN_LINES);
  const more = diff.length - shown.length;
  return [
    ...head,
    ...paintDiff(shown, style, LINE_WIDTH).map((line) => `  ${line}`),
    ...(more > 0 ? [style.dim(`  … ${more} more ${more === 1 ? "line" : "lines"}`)] : []),
  ];
}

/** What the boot does to a path, in a word or two. */
export function changeVerb({ op, certainty }: ReportedChange): string {
  return certainty === "possible" ? "may change" : op;
}

function paintOf(verb: string, style: Colors): Formatter {
  if (verb === "created") return style.green;
  return verb === "deleted" ? style.red : style.yellow;
}

/** The number of changes of each sort, as a sentence. */
export function planSummary({ modules }: ReportedPlan): string {
  const changes = modules.flatMap((module) => module.changes);
  const count = (verb: string) => changes.filter((change) => changeVerb(change) === verb).length;
  const parts = [`${count("created")} created, ${count("modified")} modified, ${count("deleted")} deleted`];
  const possible = count("may change");
  if (possible > 0) parts.push(`${possible} may change`);
  const unknown = modules.filter(({ outcome }) => outcome?.status === "not simulated").length;
  if (unknown > 0) parts.push(`${unknown} ${unknown === 1 ? "module" : "modules"} not simulated`);
  return `Files: ${parts.join("; ")}`;
}
