import type { Stage } from "../../../boot/frequency.ts";
import { instanceOf } from "../../../boot/instance.ts";
import { isCalled } from "../../../boot/outcome.ts";
import { shellCommands } from "../../../boot/scripts/commands.ts";
import { programsIn } from "../../../boot/scripts/writes.ts";
import { readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { type ConfigNode, originOf } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import type { CheckContext } from "../check.ts";

/** A script that cloud-init runs because it is executable. */
export interface LaunchScript {
  /** Its file, or the key for the script that runcmd becomes. */
  readonly name: string;
  readonly path: string;
  readonly stage: Stage;
  readonly origin: Origin;
}

/** A text of shell commands that the boot runs. */
export interface LaunchCommands {
  /** "runcmd", "bootcmd" or a script's name. */
  readonly name: string;
  /** The stage that runs it. */
  readonly stage: Stage;
  readonly origin: Origin;
  /** The script; "" where `programs` come from a list of words. */
  readonly text: string;
  readonly programs: readonly (readonly string[])[];
}

/** The directories with scripts below the cloud's directory or the instance's, and the module that runs them. */
const DIRECTORIES = [
  ["instance", "scripts", "scripts_user"],
  ["instance", "scripts/vendor", "scripts_vendor"],
  ["instance", "boothooks", "user_data"],
  ["cloud", "scripts/per-once", "scripts_per_once"],
  ["cloud", "scripts/per-boot", "scripts_per_boot"],
  ["cloud", "scripts/per-instance", "scripts_per_instance"],
] as const;

/** The stage in which the boot calls a module; undefined if it does not. */
function stageOf({ booted }: CheckContext, module: string): Stage | undefined {
  return booted.modules.find((outcome) => outcome.name === module && isCalled(outcome))?.stage;
}

/** The executable scripts that this boot runs: those of the launch, and those that the image contains for every launch. */
export function launchScripts(context: CheckContext): LaunchScript[] {
  const { booted } = context;
  const instance = instanceOf(context.image, booted.cloud, booted.config);
  const written = new Map(booted.changes.map((change) => [change.path, change.blames[0]?.cause]));
  return DIRECTORIES.flatMap(([below, directory, module]) => {
    const stage = stageOf(context, module);
    if (stage === undefined) return [];
    const top = `${below === "cloud" ? instance.cloudDirectory : instance.directory}/${directory}`;
    return booted.after.list(top).flatMap((name): LaunchScript[] => {
      const path = `${top}/${name}`;
      const stat = booted.after.stat(path);
      if (stat?.kind !== "file" || (stat.mode & 0o111) === 0) return [];
      const cause = written.get(booted.after.realpath(path) ?? path);
      // What an earlier instance left in its directory does not run again.
      if (cause === undefined && below === "instance") return [];
      return [{ name, path, stage, origin: cause ?? { path, line: 1, column: 1 } }];
    });
  });
}

/** The largest script that is read, in bytes. */
const LARGEST = 100_000;

/** The shell commands that this boot runs, as far as they are literally known. */
export function launchCommands(context: CheckContext): LaunchCommands[] {
  const { config, after } = context.booted;
  const stages = {
    bootcmd: stageOf(context, "bootcmd"),
    runcmd: stageOf(context, "runcmd") && stageOf(context, "scripts_user"),
  };
  const found = (["bootcmd", "runcmd"] as const).flatMap((key) => {
    const stage = stages[key];
    return stage === undefined ? [] : commandsOfKey(key, config.node(key), stage);
  });
  for (const { name, path, stage, origin } of launchScripts(context)) {
    if (name === "runcmd" && config.has("runcmd")) continue;
    const text = (after.stat(path)?.size ?? 0) > LARGEST ? "" : (readText(after, path) ?? "");
    for (const one of commandsOfScript(name, text, stage, origin)) found.push(one);
  }
  return found;
}

/** The entries of `bootcmd` or `runcmd`. */
export function commandsOfKey(name: string, list: ConfigNode | undefined, stage: Stage): LaunchCommands[] {
  if (list?.type !== "sequence") return [];
  return list.children.map((entry) => {
    const words = entry.type === "sequence" ? entry.children.map((word) => pyStr(word)) : undefined;
    const text = words === undefined ? pyStr(entry) : "";
    const programs = programsIn(words === undefined ? shellCommands(text) : [{ words }]);
    return { name, stage, origin: originOf(entry), text, programs };
  });
}

/** The lines of a shell script, each on its own, so that findings name it; none of other scripts. */
export function commandsOfScript(name: string, text: string, stage: Stage, origin: Origin): LaunchCommands[] {
  if (!/^#![^\n]{0,200}\b(ba|da|a|k|z)?sh\b/.test(text)) return [];
  return text.split("\n").map((line, index) => ({
    name,
    stage,
    origin: { ...origin, line: origin.line + index },
    text: line,
    programs: programsIn(shellCommands(line)),
  }));
}

/** A unit as systemctl understands its name. */
export function unitNamed(word: string): string {
  return /\.(service|socket|target|mount|automount|swap|timer|path)$/.test(word) ? word : `${word}.service`;
}
