import type { BootResult } from "../boot/boot.ts";
import { isCalled } from "../boot/outcome.ts";
import type { Change } from "../image/overlay.ts";
import type { Secrets } from "../lint/secrets/secrets.ts";
import { noteSentence } from "../lint/sentences/notes.ts";
import { plannedChanges } from "./plannedChanges.ts";

/** The known effects of one module. */
export interface Doings {
  /** Changes that no later module changes again. */
  readonly changes: Change[];
  /** Files that a later module changes again. */
  readonly alsoChanges: { readonly path: string; readonly last: string }[];
  readonly commands: string[];
  readonly notes: string[];
}

/**
 * A boot's changes, commands and notes by module; `general` contains notes without a module. Secrets in commands and notes
 * are masked.
 */
export function doingsByModule(
  booted: BootResult,
  secrets: Secrets,
): { byModule: Map<string, Doings>; general: string[] } {
  const byModule = new Map<string, Doings>();
  const of = (module: string): Doings => {
    let doings = byModule.get(module);
    if (doings === undefined) {
      doings = { changes: [], alsoChanges: [], commands: [], notes: [] };
      byModule.set(module, doings);
    }
    return doings;
  };
  for (const change of plannedChanges(booted)) {
    const last = change.blames.at(-1)?.module ?? "";
    of(last).changes.push(change);
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
