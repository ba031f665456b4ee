import type { BootResult, ModuleOutcome } from "../boot/boot.ts";
import type { Change, Overlay } from "../image/overlay.ts";
import type { ComparedModule } from "./modules.ts";
import { STAND_INS } from "./standIns.ts";

/**
 * A boot as it really was, in the form of a prediction. What it changed, how its modules ended and which recorded programs it
 * called is observed; the rest is predicted: why it did so, its notes, its configuration.
 * @param after the image after the real boot
 */
export function observedBoot(
  booted: BootResult,
  after: Overlay,
  modules: readonly ComparedModule[],
  recorded: readonly string[],
): BootResult {
  const blames = new Map(booted.changes.map((change) => [change.path, change.blames]));
  const changes = after
    .changes()
    .map((change): Change => ({ ...change, blames: blames.get(change.path) ?? change.blames }));
  const happened = new Set(changes.map(({ path }) => path));
  // A script may do it another time.
  const possible = booted.changes.filter(({ path, certainty }) => certainty === "possible" && !happened.has(path));
  const compared = new Map(modules.map((module) => [module.planned, module]));
  return {
    ...booted,
    after,
    changes: [...changes, ...possible].sort((a, b) => (a.path < b.path ? -1 : 1)),
    modules: booted.modules.map((planned) => endedAs(planned, compared.get(planned))),
    commands: booted.commands.filter(({ command }) => wasCalled(command, recorded)),
  };
}

function endedAs(planned: ModuleOutcome, module: ComparedModule | undefined): ModuleOutcome {
  if (module?.outcome !== "different") return planned;
  const { name, stage, origin, frequency } = planned;
  const entry = { name, stage, origin, frequency };
  if (module.real === "ran") return { ...entry, status: "ran", why: null };
  if (module.real === "not run") return { ...entry, status: "skipped", why: { code: "ran-for-instance" } };
  const message = module.error ?? "";
  return { ...entry, status: "failed", why: { code: "raises", message, origin: null, reason: null } };
}

/** Whether a program ran: if a stand-in takes its place, it says so. The plan names fewer words than there really are. */
function wasCalled(command: string, recorded: readonly string[]): boolean {
  const [program = "", ...words] = command.split(" ");
  if (!STAND_INS.has(program)) return true;
  return recorded.some((line) => {
    const [name, ...all] = line.split(" ");
    return name === program && words.every((word) => all.includes(word));
  });
}
