import { cloudDirectory } from "../../../boot/instance.ts";
import { type MountOption, mountOptions, mountPointOf, noexecOption } from "../../../distro/systemd/mountOptions.ts";
import { programOf, versionAtLeast } from "../../../distro/version.ts";
import { readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { normalizePath } from "../../../python/paths.ts";
import { mounts } from "../../../services/mounts.ts";
import type { Finding, Loss } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { about } from "../configuration/about.ts";
import { launchCommands, launchScripts } from "./launchCommands.ts";
import { unitsOfBoot } from "./units.ts";

/** Something that cloud-init or a script of it executes. */
interface Executed {
  readonly name: string;
  readonly path: string;
  readonly origin: Origin;
}

/** Finds file systems without execution on which cloud-init's scripts lie, or files that its scripts execute. */
export function scriptsNotExecutable(rule: Rule, context: CheckContext): Finding[] {
  if (context.distro.cloudInit.disabled !== undefined) return [];
  const { after } = context.booted;
  const options = mountOptions(after, unitsOfBoot(context));
  const points = [...options.keys()].filter((point) => noexecOption(options.get(point)!) !== undefined);
  if (points.length === 0) return [];
  const directory = after.realpath(cloudDirectory(context.booted.config)) ?? "/var/lib/cloud";
  const scripts = launchScripts(context);
  const home = mountPointOf(`${directory}/instances`, options);
  const executed = new Map<string, Executed[]>();
  for (const one of executedFiles(context)) {
    const point = mountPointOf(after.realpath(one.path) ?? one.path, options);
    const known = point === undefined ? undefined : executed.get(point);
    if (known !== undefined) known.push(one);
    else if (point !== undefined) executed.set(point, [one]);
  }
  return points.flatMap((point): Finding[] => {
    const option = noexecOption(options.get(point)!)!;
    const lost = point === home ? scripts : (executed.get(point) ?? []);
    if (point !== home && lost.length === 0) return [];
    const message =
      point === home ? scriptsMessage(point, option, lost, directory, context) : filesMessage(point, option, lost);
    const severity = lost.length === 0 ? "warning" : rule.severity;
    const cause = placeIn(context, point, option);
    return [{ ...about(rule, context, { message, cause, severity }), losses: lost.slice(0, MOST).map(lossOf) }];
  });
}

const MOST = 100;

/** The files outside cloud-init's directory that its commands execute by their path. */
function executedFiles(context: CheckContext): Executed[] {
  return launchCommands(context).flatMap(({ name, origin, programs }) => {
    let directory = "/";
    return programs.flatMap(([program, ...words]): Executed[] => {
      if (program === "cd" && words[0] !== undefined) directory = absolute(directory, words[0]);
      if (program === undefined || !program.includes("/") || program.includes("\0")) return [];
      return [{ name: `${program} in ${name}`, path: absolute(directory, program), origin }];
    });
  });
}

function absolute(directory: string, path: string): string {
  return normalizePath(path.startsWith("/") ? path : `${directory}/${path}`);
}

function scriptsMessage(
  point: string,
  option: MountOption,
  scripts: readonly Executed[],
  directory: string,
  { distro: { cloudInit } }: CheckContext,
): string {
  const version = cloudInit.version ?? "";
  const silence = versionAtLeast(version, "23.4") ? "only logs a warning" : "reports no error";
  const which = scripts.length === 0 ? "no script of any launch runs" : `${namesOf(scripts)} will not run`;
  return `${optionOf(option)} on ${point} keeps cloud-init's scripts from running: ${which}. They lie below ${directory}; ${programOf(version)} skips what it may not execute and ${silence}. ${adviceOf(point, option)}, or mount a file system that allows execution on ${directory}.`;
}

function filesMessage(point: string, option: MountOption, files: readonly Executed[]): string {
  return `${optionOf(option)} on ${point} keeps ${namesOf(files)} from running: the command fails with "Permission denied". Run the file with its interpreter (sh FILE), put it on another file system, or remove ${option.text} for ${point}.`;
}

function optionOf({ text }: MountOption): string {
  return text === "noexec" ? "noexec" : `${text}, which implies noexec,`;
}

function adviceOf(point: string, { text }: MountOption): string {
  return text === "noexec" ? `Remove noexec for ${point}` : `Add exec behind ${text} for ${point}`;
}

function namesOf(items: readonly Executed[]): string {
  return shortList([...new Set(items.map(({ name }) => name))]);
}

function lossOf({ name, origin }: Executed): Loss {
  return { path: origin.path, line: origin.line, setting: name, before: "runs", after: null };
}

/** The line of an option: that of the image, or the one of the configuration that makes cloud-init write it. */
function placeIn(context: CheckContext, point: string, option: MountOption): Origin {
  const { path, line, column } = option;
  const here = { path, line, column };
  const lines = (image: typeof context.image) => (readText(image, path) ?? "").split("\n");
  const text = lines(context.booted.after)[line - 1];
  const before = lines(context.image).indexOf(text ?? "");
  if (before !== -1) return { ...here, line: before + 1 };
  return context.responsible(mounts, point, context.setting(mounts, point, context.booted.after)).blame.cause;
}
