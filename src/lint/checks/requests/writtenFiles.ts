import type { BootResult } from "../../../boot/boot.ts";
import { isDeferred } from "../../../boot/modules/writeFiles/entries.ts";
import { findPair } from "../../../config/merge.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { normalizePath } from "../../../python/paths.ts";
import { type Mapping, originOf, type Pair } from "../../../python/tree.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import { type Fix, LARGEST_EDIT } from "../../finding.ts";
import type { CheckContext } from "../check.ts";
import { spanOf } from "../configuration/editFile.ts";
import { runsToEnd } from "../outcomes/moduleOutcomes.ts";
import { isAsked } from "./lostRequest.ts";

/** An entry of `write_files` that the boot writes. */
export interface WrittenFile {
  readonly entry: Mapping;
  /** Its key `path`. */
  readonly pair: Pair;
  /** The path, absolute and without "..". */
  readonly path: string;
  readonly module: "write_files" | "write_files_deferred";
  /** The place that the boot blames for the file. */
  readonly origin: Origin;
}

/** The entries of `write_files` that somebody asked for, and whose module runs to its end. */
export function writtenFiles(context: CheckContext): WrittenFile[] {
  const { booted, distro } = context;
  const list = booted.config.node("write_files");
  if (list?.type !== "sequence") return [];
  const canDefer = versionAtLeast(distro.cloudInit.version ?? ASSUMED_VERSION, "21.4");
  const runs = {
    write_files: runsToEnd(booted, "write_files"),
    write_files_deferred: runsToEnd(booted, "write_files_deferred"),
  };
  return list.children.flatMap((entry): WrittenFile[] => {
    const pair = entry.type === "mapping" ? findPair(entry, "path") : undefined;
    if (entry.type !== "mapping" || pair === undefined || !truthy(pair.value) || !isAsked(context, pair)) return [];
    const module = canDefer && isDeferred(entry) ? "write_files_deferred" : "write_files";
    return runs[module]
      ? [{ entry, pair, path: normalizePath(pyStr(pair.value)), module, origin: originOf(pair) }]
      : [];
  });
}

/** Whether `defer: true` would write a file at the end of the boot. */
export function canDefer({ booted, distro }: CheckContext): boolean {
  const { version } = distro.cloudInit;
  const isListed = booted.modules.some(({ name, status }) => name === "write_files_deferred" && status === "ran");
  return isListed && versionAtLeast(version ?? ASSUMED_VERSION, "21.4");
}

/** The configuration with `defer: true` in some entries of one file, if `holds` is true after a boot with it; else null. */
export function deferring(
  context: CheckContext,
  files: readonly WrittenFile[],
  holds: (after: Image, booted: BootResult) => boolean,
): Fix | null {
  const path = files[0]?.pair.path;
  if (path === undefined || !canDefer(context) || files.some(({ pair }) => pair.path !== path)) return null;
  const text = textOf(context, path);
  if (text === undefined || text.length > LARGEST_EDIT) return null;
  let content = text;
  for (const { pair } of [...files].sort((a, b) => spanOf(b.pair).start - spanOf(a.pair).start)) {
    const { start, end } = spanOf(pair.value);
    const line = text.slice(start, end).trimEnd();
    // Parts of an archive or a message have other offsets.
    if (!line.replace(/^["']|["']$/g, "").startsWith(pyStr(pair.value))) return null;
    const isInBraces = /^[^\n]*\{/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1, start));
    const added = isInBraces ? ", defer: true" : `\n${" ".repeat(pair.position.start.column - 1)}defer: true`;
    const at = start + line.length;
    content = content.slice(0, at) + added + content.slice(at);
  }
  return context.prove({ path, content }, holds);
}

/** The text of a file of the launch or of the image; undefined if it holds other parts too. */
function textOf({ image, booted }: CheckContext, path: string): string | undefined {
  const { userData, vendorData, vendorData2 } = booted.cloud;
  const launch = [userData, vendorData, vendorData2].find((file) => file?.path === path);
  if (launch === undefined) return readText(image, path);
  return launch.excerpt === undefined ? launch.bytes.toString("utf8") : undefined;
}

/** Whether a command of the launch or the image names a path together with a program, such as chown. */
export function commandsName({ booted }: CheckContext, program: RegExp, path: string): boolean {
  return booted.commands.some(({ command }) => program.test(command) && command.includes(path));
}
