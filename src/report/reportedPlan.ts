import type { BootResult, ModuleOutcome } from "../boot/boot.ts";
import type { Frequency, Stage } from "../boot/frequency.ts";
import { isCalled, type Outcome } from "../boot/outcome.ts";
import type { Image, Stat } from "../image/image.ts";
import type { Change } from "../image/overlay.ts";
import { unknownReason } from "../image/unknown.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { libraryFacts } from "../lint/sentences/library.ts";
import { noteSentence } from "../lint/sentences/notes.ts";
import { briefWhy, whySentence } from "../lint/sentences/outcomes.ts";
import { diffHunks, hideInHunks, isBinary } from "./diff.ts";
import { linesOf } from "./escape.ts";
import { plannedChanges } from "./plannedChanges.ts";

/** The first boot as reports show it: without secrets, in its order. Plain data. */
export interface ReportedPlan {
  /** The modules of the stages, then what changes the image outside them. */
  readonly modules: readonly ReportedModule[];
  /** Notes on the boot as a whole. */
  readonly notes: readonly string[];
  /** What the image's own cloud-init states otherwise than upstream's, as clauses. */
  readonly library: readonly string[];
}

/** A module of the boot with its known effects. */
export interface ReportedModule {
  readonly name: string;
  /** How it ends; null for what happens outside the stages. */
  readonly outcome: ReportedOutcome | null;
  /** Changes that no later module changes again. */
  readonly changes: readonly ReportedChange[];
  /** Files that a later module changes again. */
  readonly alsoChanges: readonly { readonly path: string; readonly last: string }[];
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

export interface ReportedOutcome {
  readonly stage: Stage;
  readonly frequency: Frequency;
  readonly status: Outcome["status"];
  /** `message` is a sentence; `brief` the same without the details that differ between modules. */
  readonly why: {
    readonly code: NonNullable<Outcome["why"]>["code"];
    readonly message: string;
    readonly brief: string;
  } | null;
}

/** One changed path. */
export interface ReportedChange {
  readonly path: string;
  readonly op: Change["op"];
  readonly certainty: Change["certainty"];
  /** What else is to know: the mode, the owner, a link's target, why the content is unknown. */
  readonly facts: string;
  /** The lines of configuration that cause the last change of the path, each once. */
  readonly causes: readonly { readonly path: string; readonly line: number }[];
  /** The lines of a unified diff, without its header; [] if there is nothing to show. */
  readonly diff: readonly string[];
}

type Doings = { -readonly [Key in "changes" | "alsoChanges" | "commands" | "notes"]: ReportedModule[Key][number][] };

/** Everything that a boot does, module by module. */
export function reportedPlan(booted: BootResult, secrets: Secrets): ReportedPlan {
  const { byModule, general } = doingsByModule(booted, secrets);
  const take = (name: string): Doings => {
    const doings = byModule.get(name) ?? noDoings();
    byModule.delete(name);
    return doings;
  };
  const modules = booted.modules.map((outcome): ReportedModule => {
    const { name, stage, frequency, status, why } = outcome;
    const isKnown = isCalled(outcome) && !isUnknown(why?.code);
    return {
      name: secrets.text(name),
      outcome: {
        stage,
        frequency,
        status,
        why: why && {
          code: why.code,
          message: secrets.text(whySentence(why)),
          brief: secrets.text(briefWhy(why)),
        },
      },
      ...(isKnown ? take(name) : noDoings()),
    };
  });
  const outside = Array.from(byModule, ([name, doings]) => ({ name: secrets.text(name), outcome: null, ...doings }));
  const library = libraryFacts(booted).map(({ message }) => secrets.text(message));
  return { modules: [...modules, ...outside], notes: general, library };
}

/** Whether the effects of a module with this remark are entirely unknown. */
export function isUnknown(code: NonNullable<ModuleOutcome["why"]>["code"] | undefined): boolean {
  return code === "own-module" || code === "effects-unknown";
}

function noDoings(): Doings {
  return { changes: [], alsoChanges: [], commands: [], notes: [] };
}

/** A boot's effects by module; `general` contains notes without a module. */
function doingsByModule(
  booted: BootResult,
  secrets: Secrets,
): { byModule: Map<string, Doings>; general: readonly string[] } {
  const byModule = new Map<string, Doings>();
  const of = (module: string): Doings => {
    let doings = byModule.get(module);
    if (doings === undefined) {
      doings = noDoings();
      byModule.set(module, doings);
    }
    return doings;
  };
  for (const change of plannedChanges(booted)) {
    const last = change.blames.at(-1)?.module ?? "";
    of(last).changes.push(reportedChange(change, booted.before, secrets));
    for (const module of new Set(change.blames.map((blame) => blame.module)))
      if (module !== last) of(module).alsoChanges.push({ path: change.path, last });
  }
  for (const { module, command } of booted.commands) of(module).commands.push(secrets.text(command));
  const names = new Set(booted.modules.filter(isCalled).map(({ name }) => name));
  const general: string[] = [];
  for (const note of booted.notes) {
    const text = secrets.text(noteSentence(note));
    if (note.module !== null && names.has(note.module)) of(note.module).notes.push(text);
    else general.push(note.module === null ? text : `${note.module}: ${text}`);
  }
  return { byModule, general };
}

function reportedChange(change: Change, before: Image, secrets: Secrets): ReportedChange {
  const { path, op, certainty, after, blames } = change;
  const last = blames.filter((blame) => blame.module === blames.at(-1)?.module);
  const causes = new Map(last.map(({ cause: { path, line } }) => [`${path}:${line}`, { path, line }]));
  return {
    path,
    op,
    certainty,
    facts: secrets.text(describe(change, before.lstat(path)).join(", ")),
    causes: [...causes.values()],
    diff: after?.kind === "file" ? diffOf(path, after.content, before, secrets) : [],
  };
}

/** The facts of a change besides its diff. */
function describe({ after, reason }: Change, before: Stat | undefined): string[] {
  if (reason !== undefined) return [reason];
  if (after === undefined || after.kind === "directory") return [];
  const facts = before === undefined || before.kind === after.kind ? [] : [`replaces a ${before.kind}`];
  if (after.kind === "symlink") return [...facts, `link to ${after.target}`];
  const was = before ?? { mode: 0o644, uid: 0, gid: 0 };
  if (after.mode !== was.mode) facts.push(`mode ${after.mode.toString(8).padStart(4, "0")}`);
  if (after.uid !== was.uid || after.gid !== was.gid) facts.push(`owner ${after.uid}:${after.gid}`);
  const text = after.content.toString();
  const unknown = unknownReason(text);
  if (unknown !== undefined) facts.push(`its content is unknown: ${unknown}`);
  else if (isBinary(text)) facts.push("binary content");
  else if (text === "") facts.push("empty");
  return facts;
}

/** The diff of a file, with masked secrets; [] if it would say nothing (binary or unknown content). */
function diffOf(path: string, content: Buffer, image: Image, secrets: Secrets): string[] {
  const before = image.lstat(path)?.kind === "file" ? image.read(path)?.toString() : undefined;
  const after = content.toString();
  if (unknownReason(after) !== undefined || isBinary(before ?? "") || isBinary(after)) return [];
  const shown = secrets.file(path, after);
  if (before === undefined) return linesOf(shown).map((line) => `+${line}`);
  return hideInHunks(diffHunks(before, after, 3), secrets.file(path, before), shown).flatMap(
    ({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ],
  );
}
