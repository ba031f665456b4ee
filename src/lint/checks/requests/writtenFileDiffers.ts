import type { BootResult } from "../../../boot/boot.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { Blame } from "../../../image/writeLog.ts";
import { mounts } from "../../../services/mounts.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { lineOf } from "../../sentences/configuration.ts";
import { octal } from "../../sentences/notes.ts";
import { moduleName } from "../../sentences/settings.ts";
import { literalPath, misplacedMessage } from "../../userData/requests.ts";
import { atMost, type CheckContext } from "../check.ts";
import { isAsked, type LostRequest, lostRequest, runsToEnd } from "./request.ts";
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
    const asked = note.code === "mode-bits-cleared" ? octal(note.asked) : note.permissions;
    const message =
      note.code === "mode-bits-cleared"
        ? `${note.path} gets mode ${octal(mode)} instead of ${asked}: cloud-init sets the owner after the mode (before 25.3), which clears the set-user-id and set-group-id bits. Run chmod ${asked} in runcmd.`
        : `${note.path} gets mode 0644: its permissions "${asked}" are not an octal number. Write one in quotes, such as "0755".`;
    return [
      {
        message,
        cause: note.origin,
        module: file.module,
        losses: [{ path: note.path, line: null, setting: `mode of ${note.path}`, before: asked, after: octal(mode) }],
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

/** Files that a later entry or module writes over. */
function replacedLater({ booted }: CheckContext, files: readonly WrittenFile[]): LostRequest[] {
  const { after } = booted;
  const changes = new Map(booted.changes.map((change) => [change.path, change]));
  const contested = files.flatMap((file) => {
    const path = after.realpath(file.path) ?? file.path;
    const blames = changes.get(path)?.blames ?? [];
    const at = blames.findIndex((blame) => isOf(file, blame));
    const later = blames.slice(at + 1);
    return at === -1 || later.length === 0 ? [] : [{ file, path, last: later.at(-1)! }];
  });
  if (contested.length === 0) return [];
  const history = after.history();
  return contested.flatMap(({ file, path, last }): LostRequest[] => {
    const part = history.find(({ blame, paths }) => isOf(file, blame) && paths.includes(path));
    const wanted = part?.image.read(path)?.toString("utf8");
    const now = after.read(path)?.toString("utf8");
    if (wanted === undefined || keeps(now, wanted)) return [];
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
  });
}

function isOf({ origin, module }: WrittenFile, { module: by, cause }: Blame): boolean {
  return by === module && cause.path === origin.path && cause.line === origin.line && cause.column === origin.column;
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
        losses: [{ path: file.path, line: null, setting: null, before: null, after: null }],
        severity: "warning",
        // The disk may be missing at the launch.
        confidence: "likely",
        prove: () =>
          deferring(context, [file], (_after, { modules }) =>
            runsToEnd({ ...booted, modules }, "write_files_deferred"),
          ),
      },
    ];
  });
}

function directoriesAbove(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
