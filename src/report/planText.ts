import pc from "picocolors";
import type { Colors } from "picocolors/types.js";
import type { BootResult, ModuleOutcome } from "../boot/boot.ts";
import { isCalled } from "../boot/outcome.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import { briefWhy, whySentence } from "../lint/sentences/outcomes.ts";
import { escapeProse } from "./escape.ts";
import { imageHeader } from "./imageHeading.ts";
import { reportedImage } from "./imageReport.ts";
import { changeBlock } from "./planChange.ts";
import { type Doings, doingsByModule } from "./planDoings.ts";
import { plannedChanges } from "./plannedChanges.ts";
import { hanging, wrap } from "./width.ts";

export interface PlanOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Shows diffs and new files without limits. */
  readonly verbose?: boolean;
}

const MIN_WIDTH = 30;

/** Everything that the first boot does to an image, module by module, in the order of the boot. */
export function planText(image: ImageFacts, booted: BootResult, options: PlanOptions): string {
  const style = pc.createColors(options.color);
  const width = Math.max(options.width, MIN_WIDTH);
  const secrets = Secrets.ofBoot(booted);
  const { byModule, general } = doingsByModule(booted, secrets);
  const take = (module: string): string[] => {
    const doings = byModule.get(module);
    byModule.delete(module);
    return doings === undefined ? [] : doingsBlock(doings, booted, secrets, options.verbose === true, style, width - 4);
  };
  const lines = imageHeader(reportedImage(image, secrets), style, width);
  for (const stage of ["init-local", "init", "config", "final"] as const) {
    const outcomes = booted.modules.filter((outcome) => outcome.stage === stage);
    if (outcomes.length === 0) continue;
    lines.push("", style.underline(`${stage} stage`));
    for (const outcome of outcomes)
      if (isCalled(outcome) && !isUnknown(outcome)) {
        lines.push(...moduleHead(outcome, secrets, style, width));
        for (const line of take(outcome.name)) lines.push(`    ${line}`);
      }
    lines.push(...notSimulated(outcomes, style, width), ...notRun(outcomes, secrets, style, width));
  }
  for (const module of [...byModule.keys()]) {
    lines.push("", style.underline(`${escapeProse(module)}, outside the stages`));
    for (const line of take(module)) lines.push(`    ${line}`);
  }
  if (general.length > 0) lines.push("");
  for (const note of general)
    for (const one of hanging("note: ", escapeProse(note), width, style.yellow)) lines.push(one);
  lines.push("", ...wrap(summary(booted), width).map(style.bold));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function moduleHead(outcome: ModuleOutcome, secrets: Secrets, style: Colors, width: number): string[] {
  const { name, frequency } = outcome;
  const remark = remarkOn(outcome);
  const behind = remark === "" ? "" : `; ${secrets.text(remark)}`;
  const lines = hanging(`${escapeProse(name)}  `, escapeProse(`${frequency}${behind}`), width - 2, style.bold);
  return lines.map((line) => `  ${line}`);
}

function remarkOn({ why }: ModuleOutcome): string {
  if (why === null) return "";
  const sentence = whySentence(why);
  if (why.code === "raises") return `it fails: ${sentence}`;
  return why.code === "cannot-tell" ? `simulated only in part: ${sentence}` : sentence;
}

/** Whether the effects of a module are entirely unknown. */
function isUnknown({ why }: ModuleOutcome): boolean {
  return why?.code === "own-module" || why?.code === "effects-unknown";
}

/** The modules of a stage that run with unknown effects. */
function notSimulated(outcomes: readonly ModuleOutcome[], style: Colors, width: number): string[] {
  const names = outcomes.filter(isUnknown).map(({ name }) => name);
  if (names.length === 0) return [];
  const text = escapeProse(`${names.join(", ")} (they run, but their effects are unknown)`);
  return hanging("not simulated: ", text, width - 2, style.yellow).map((line) => `  ${line}`);
}

/** The modules of a stage that do not run, grouped by reason. */
function notRun(outcomes: readonly ModuleOutcome[], secrets: Secrets, style: Colors, width: number): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, status, why } of outcomes) {
    if (status !== "skipped") continue;
    const reason = secrets.text(briefWhy(why));
    groups.set(reason, [...(groups.get(reason) ?? []), name]);
  }
  if (groups.size === 0) return [];
  const text = Array.from(groups, ([reason, names]) => `${names.join(", ")} (${reason})`).join("; ");
  return hanging("do not run: ", escapeProse(text), width - 2, String).map((line) => `  ${style.dim(line)}`);
}

function doingsBlock(
  doings: Doings,
  booted: BootResult,
  secrets: Secrets,
  verbose: boolean,
  style: Colors,
  width: number,
): string[] {
  return [
    ...doings.changes.flatMap((change) => changeBlock(change, booted, secrets, verbose, style, width)),
    ...doings.alsoChanges.flatMap(({ path, last }) =>
      hanging("", escapeProse(`changes ${path}, which ${last} changes again`), width, String),
    ),
    ...doings.commands.flatMap((command) => hanging("runs ", escapeProse(command), width, style.cyan)),
    ...doings.notes.flatMap((note) => hanging("note: ", escapeProse(note), width, style.yellow)),
  ];
}

function summary(booted: BootResult): string {
  const changes = plannedChanges(booted);
  const count = (op: string) => changes.filter((change) => change.op === op && change.certainty === "certain").length;
  const parts = [`${count("created")} created, ${count("modified")} modified, ${count("deleted")} deleted`];
  const possible = changes.filter((change) => change.certainty === "possible").length;
  if (possible > 0) parts.push(`${possible} may change`);
  const unknown = booted.modules.filter(({ status }) => status === "not simulated").length;
  if (unknown > 0) parts.push(`${unknown} ${unknown === 1 ? "module" : "modules"} not simulated`);
  return `Files: ${parts.join("; ")}`;
}
