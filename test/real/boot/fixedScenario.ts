import { join } from "node:path";
import type { FileEdit } from "../../../src/lint/finding.ts";
import type { RealBoot } from "./bootDirectory.ts";
import { quoted } from "./customise.ts";
import type { Scenario, Seed } from "./scenario.ts";

/**
 * A scenario with edits put in place after its customisation, as the owner of the image would make them: a file keeps its
 * mode and owner, and a link leads to the file that is edited. Files of the launch are edited in the seed.
 * @param boot the boot of the scenario itself, whose seed the edits name
 */
export function fixedScenario(scenario: Scenario, boot: RealBoot, edits: readonly FileEdit[], name: string): Scenario {
  const seeds = join(boot.directory, "seed/");
  const seed: Record<string, string> = {};
  const commands: string[] = [];
  for (const edit of edits) {
    if (edit.path.startsWith(seeds)) seed[edit.path.slice(seeds.length)] = edit.content;
    else commands.push(commandOf(edit));
  }
  return {
    ...scenario,
    name,
    seed: { ...scenario.seed, ...seed } satisfies Seed,
    commands: [...(scenario.commands ?? []), ...commands],
  };
}

function commandOf({ path, content, renames }: FileEdit): string {
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  const text = Buffer.from(content).toString("base64").replace(/.{76}/g, "$&\n");
  return [
    "umask 022",
    `mkdir -p ${quoted(directory)}`,
    ...(renames === undefined ? [] : [`mv ${quoted(renames)} ${quoted(path)}`]),
    `base64 -d >${quoted(path)} <<'END'\n${text}\nEND`,
  ].join("\n");
}
