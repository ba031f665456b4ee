import { resolvePath } from "../image/resolve.ts";
import { unknown } from "../image/unknown.ts";
import { parentOf } from "../image/writeLog.ts";
import type { Stage } from "./frequency.ts";
import type { ModuleRun } from "./moduleRun.ts";
import { writtenPaths } from "./scripts/writes.ts";

/** Where a stage sends standard output and standard error: ">> PATH", "> PATH" or "| COMMAND". */
export type Output = readonly [string | undefined, string | undefined];

/** Logs, which no plan has, and what does not survive the boot. */
const NOT_PLANNED = /^\/(dev|proc|run|sys|tmp|var\/log|var\/run)(\/|$)/;

/**
 * The files that `output` names are opened as a stage begins (util.fixup_output, 18.5 to 26.2). Where they are those of
 * `before`, they stay open.
 */
export function redirectOutput(boot: ModuleRun, mode: Stage, before?: Output): Output {
  const output = outputOf(boot, mode);
  if (output === undefined) return [undefined, undefined];
  if (before !== undefined && before[0] === output[0] && before[1] === output[1]) return output;
  // From 24.3 on, systemd's units run all stages in one process, in which only that of init redirects them.
  const isCertain = mode === "init" || !boot.since("24.3");
  for (const target of new Set(output)) if (target !== undefined) open(boot, target, isCertain);
  return output;
}

/** Undefined if nothing is redirected, also because of an error, which cloud-init only logs. */
function outputOf({ config }: ModuleRun, mode: Stage): Output | undefined {
  const key = config.node("output", mode) !== undefined ? mode : "all";
  const value = config.get("output", key);
  const [out, error] = typeof value === "string" ? [value, value] : separate(value);
  const both = [out, error === "&1" ? out : error].map((one) => one || undefined);
  if (both.some((one) => one !== undefined && typeof one !== "string")) return undefined;
  const [first, second] = both.map((one) => (typeof one === "string" ? normalized(one) : undefined));
  return [first, second];
}

function separate(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const { output, error } = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return [output, error];
}

function normalized(text: string): string {
  const [, operator = ">>", rest = ""] = /^\s*(>>|>|\|)?([\s\S]*)$/.exec(text) ?? [];
  return `${operator} ${rest.trim()}`;
}

function open(boot: ModuleRun, target: string, isCertain: boolean): void {
  const [, operator, rest = ""] = /^(\S+) ([\s\S]*)$/.exec(target) ?? [];
  const because = boot.because("output");
  const reason = "the output of cloud-init goes there";
  if (operator === "|") {
    for (const path of writtenPaths(boot.image, rest))
      if (canBeOpened(boot, path)) boot.mayChange(path, reason, because);
    return;
  }
  const path = resolvePath(rest, () => undefined);
  if (rest === "" || path === undefined || !canBeOpened(boot, path)) return;
  if (!isCertain) {
    boot.mayChange(path, reason, because);
    return;
  }
  const kept = operator === ">>" ? (boot.text(path) ?? "") : "";
  boot.rewrite(path, kept + unknown("the output of cloud-init"), because);
}

function canBeOpened({ image }: ModuleRun, path: string): boolean {
  if (path.includes("\0") || NOT_PLANNED.test(path) || NOT_PLANNED.test(image.realpath(path) ?? path)) return false;
  return image.stat(parentOf(path))?.kind === "directory" && (image.stat(path)?.kind ?? "file") === "file";
}
