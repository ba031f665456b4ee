import type { BootResult } from "../../../boot/boot.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { Blame } from "../../../image/writeLog.ts";
import { mounts } from "../../../services/mounts.ts";
import type { Finding } from "../../finding.ts";
import { bitsMessage, lettersMessage, literalPath, misplacedMessage } from "../../requests/writtenFiles.ts";
import type { Rule } from "../../rules/rule.ts";
import { lineOf } from "../../sentences/configuration.ts";
import { moduleName } from "../../sentences/settings.ts";
import { atMost, type CheckContext } from "../check.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";
import { isAsked, type LostRequest, lostRequest } from "./lostRequest.ts";
import { canDefer, commandsName, deferring, type WrittenFile, writtenFiles } from "./writtenFiles.ts";

/**
 * Finds files of write_files that end up with another mode, content or place than their entry asks for (cc_write_files,
 * 18.5 to 26.2).
 */
export function writtenFileDiffers(rule: Rule, context: CheckContext): Finding[] {
  const files = writtenFiles(context);
  const lost = [
    ...ofModes(context, files),
    ...files.flatMap((file) => misplaced(file)),
    ...replacedLater(context, files),
    ...belowMounts(context, files),
  ];
  return atMost(lost, (request) => lostRequest(rule, context, request));
}

/** Modes that cloud-init cannot read, and set-user-id bits that it loses. */
function ofModes(context: CheckContext, files: readonly WrittenFile[]): LostRequest[] {
  const written = new Map(files.map((file) => [file.path, file]));
  return context.booted.notes.flatMap((note): LostRequest[] => {
    if (note.code !== "mode-bits-cleared" && note.code !== "permissions-invalid") return [];
    const file = written.get(note.path);
    if (file === undefined || note.origin === null || !isAsked(context, note.origin)) return [];
    // A later entry or command sets the mode anew.
    const mode = note.code === "mode-bits-cleared" ? note.mode : 0o644;
    if (context.booted.after.stat(note.path)?.mode !== mode || commandsName(context, /\bchmod\b/, note.path)) return [];
    const message =
      note.code === "mode-bits-cleared"
        ? bitsMessage(note.path, note.asked, note.mode)
        : lettersMessage(note.permissions, note.path);
    return [
      {
        message,
        cause: note.origin,
        module: file.module,
      },
    ];
  });
}

/** Paths with a part that only a shell would expand. */
function misplaced({ pair, path, origin, module }: WrittenFile): LostRequest[] {
  const part = literalPath(pair.value);
  if (part === undefined) return [];
  return [{ message: misplacedMessage(part, path), cause: origin, module }];
}

/** So many entries for one path are compared with what becomes of it. */
const MOST_ENTRIES = 10;

/** Files that a later entry or module writes over: one request for each path. */
function replacedLater({ booted }: CheckContext, files: readonly WrittenFile[]): LostRequest[] {
  const { after } = booted;
  const entries = byKey(files, (file) => after.realpath(file.path) ?? file.path);
  const contested = booted.changes.filter(({ path, blames }) => blames.length > 1 && entries.has(path));
  if (contested.length === 0) return [];
  const parts = byKey(after.history(), ({ blame }) => placeOf(blame));
  return contested.flatMap(({ path, blames }): LostRequest[] => {
    const last = blames.at(-1)!;
    const now = after.read(path)?.toString("utf8");
    for (const file of entries.get(path)!.slice(0, MOST_ENTRIES)) {
      const place = placeOf({ module: file.module, cause: file.origin });
      const wanted = parts
        .get(place)
        ?.find(({ paths }) => paths.includes(path))
        ?.image.read(path)
        ?.toString("utf8");
      if (wanted === undefined || place === placeOf(last) || keeps(now, wanted)) continue;
      const verb = now === undefined ? "deletes" : isMostlyKept(now, wanted) ? "changes" : "overwrites";
      const who = last.module.startsWith("write_files")
        ? `the entry in ${lineOf(last.cause)} ${verb} it`
        : `${moduleName(last.module)} ${verb} it later${isFromConfiguration(booted, last) ? `, because of ${lineOf(last.cause)}` : ""}`;
      return [
        {
          message: `The content that this entry asks for in ${file.path} is lost: ${who}. Keep one of the two.`,
          cause: file.origin,
          module: last.module,
          ...(now !== undefined && hasUnknown(now) ? { confidence: "likely" } : {}),
        },
      ];
    }
    return [];
  });
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}

function placeOf({ module, cause: { path, line, column } }: Blame): string {
  return `${module}\0${path}\0${line}\0${column}`;
}

/** Whether a text still has all lines of another that say anything. */
function keeps(now: string | undefined, wanted: string): boolean {
  if (now === undefined) return false;
  return now.includes(wanted.trim()) || lostLines(now, wanted).length === 0;
}

function isMostlyKept(now: string, wanted: string): boolean {
  return lostLines(now, wanted).length * 2 <= lostLines("", wanted).length;
}

/** The lines of a wanted text that say something and that another lacks. */
function lostLines(now: string, wanted: string): string[] {
  const lines = new Set(now.split("\n").map((line) => line.trim()));
  return wanted
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !lines.has(line));
}

/** Whether a line of a key is to blame, not that of a module list. */
function isFromConfiguration({ modules }: BootResult, { module, cause }: Blame): boolean {
  return !modules.some(
    ({ name, origin }) => name === module && origin.line === cause.line && origin.path === cause.path,
  );
}

/** Files below a directory at which cc_mounts mounts a disk afterwards. */
function belowMounts(context: CheckContext, files: readonly WrittenFile[]): LostRequest[] {
  const { booted } = context;
  const position = (module: string) => booted.modules.findIndex(({ name }) => name === module);
  if (!runsToEnd(booted, "mounts") || position("mounts") < position("write_files")) return [];
  const { before, after } = context.settings(mounts);
  const earlier = new Set(before.map(({ key }) => key));
  const added = after.filter(
    ({ key, value }) => key.startsWith("/") && key !== "/" && !earlier.has(key) && !/(^|[ ,])noauto(,|$)/.test(value),
  );
  const points = new Set(added.map(({ key }) => key));
  return files.flatMap((file): LostRequest[] => {
    if (file.module !== "write_files") return [];
    const point = directoriesAbove(file.path).find((directory) => points.has(directory));
    if (point === undefined) return [];
    const advice = canDefer(context) ? "Set defer: true for the file." : "Write the file in runcmd.";
    return [
      {
        message: `${file.path} will be hidden: the mounts module mounts a file system at ${point} after it is written. ${advice}`,
        cause: file.origin,
        module: file.module,
        severity: "warning",
        // The disk may be missing at the launch.
        confidence: "likely",
        prove: () =>
          deferring(context, [file], (_after, { modules }) => runsToEnd({ modules }, "write_files_deferred")),
      },
    ];
  });
}

function directoriesAbove(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
