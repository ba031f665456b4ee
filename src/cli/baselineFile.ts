import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { reasonOf } from "../image/reason.ts";
import { strictText } from "../image/utf8.ts";
import type { Baseline, BaselineEntry } from "../lint/baseline.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { escapeJson } from "../report/jsonText.ts";
import { CommandError, EXIT } from "./exit.ts";
import type { LaunchFlags } from "./launch.ts";
import { writeReportFile } from "./reportFile.ts";

/** The version of the form of a baseline file. */
const VERSION = 1;

/** The size of the largest file that is read, in bytes. */
const LARGEST = 32_000_000;

/** Reads a baseline. @throws CommandError if that is not possible, naming what is wrong */
export function readBaseline(path: string): Baseline {
  const refuse = (why: string) => new CommandError(EXIT.usage, `--baseline ${path}: ${why}`);
  const text = readFileText(path, refuse);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw refuse("this is not a baseline, or it is damaged (invalid JSON); make it again with --write-baseline");
  }
  const { version, findings } = isObject(content) ? content : {};
  if (version === undefined || (version === VERSION && !Array.isArray(findings)))
    throw refuse("this is not a baseline of cloud-init-lint; --write-baseline makes one");
  if (version !== VERSION || !Array.isArray(findings))
    throw refuse(
      `version ${JSON.stringify(version)?.slice(0, 40)} is not supported; this program reads version ${VERSION}`,
    );
  return { path, entries: findings.map((entry, index) => entryOf(entry, () => refuse(damaged(index)))) };
}

function damaged(index: number): string {
  return `entry ${index + 1} of "findings" is damaged; make the file again with --write-baseline`;
}

/** Reads a file whole, of a limited size. */
function readFileText(path: string, refuse: (why: string) => CommandError): string {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw refuse("this is a directory, not a file");
    const bytes = stat.size > LARGEST ? undefined : readAtMost(path);
    if (bytes === undefined || bytes.length > LARGEST) throw refuse("larger than 32 MB, which no baseline is");
    const text = strictText(bytes);
    if (text === undefined) throw refuse("this is not a text file in UTF-8");
    return text;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw refuse(isMissing ? "no such file; make it with --write-baseline" : `cannot be read: ${reasonOf(error)}`);
  }
}

/** At most one byte more than is allowed, also of a pipe, whose size is unknown. */
function readAtMost(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= LARGEST; ) {
      const chunk = Buffer.alloc(Math.min(65_536, LARGEST + 1 - length));
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      length += read;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(file);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entryOf(value: unknown, refuse: () => CommandError): BaselineEntry {
  if (!isObject(value)) throw refuse();
  const { rule, path, setting = null, line = null, count = 1 } = value;
  const isText = (one: unknown): one is string => typeof one === "string";
  const isOptional = (one: unknown): one is string | null => one === null || isText(one);
  if (!isText(rule) || !isText(path) || !isOptional(setting) || !isOptional(line)) throw refuse();
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1) throw refuse();
  return { rule, path, setting, line, count };
}

/** Writes a baseline, one entry on each line. @throws CommandError if that is not possible */
export async function writeBaseline(path: string, entries: readonly BaselineEntry[]): Promise<void> {
  const lines = entries.map(({ rule, path, setting, line, count }) =>
    JSON.stringify({ rule, path, ...(setting === null ? {} : { setting }), ...(line === null ? {} : { line }), count }),
  );
  const list = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`;
  try {
    await writeReportFile(path, escapeJson(`{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`));
  } catch (error) {
    throw new CommandError(EXIT.usage, `--write-baseline ${path}: cannot be written: ${reasonOf(error)}`);
  }
}

/**
 * The name of a file in a baseline: in every checkout the same. Paths in the image are; those on this machine become relative to
 * the working directory, or only the last part is kept.
 */
export function baselineName(
  source: string,
  { image }: Pick<LintResult, "image">,
  { seed, userData, instanceData }: LaunchFlags,
): (path: string) => string {
  const isOfHost = (path: string) =>
    image.isFile === true
      ? path === source
      : path === userData || path === instanceData || (seed !== undefined && path.startsWith(`${join(seed)}/`));
  return (path) => {
    if (!isOfHost(path)) return path;
    const inside = relative(process.cwd(), resolve(path));
    return inside.startsWith("../") || inside.startsWith("/") ? basename(path) : inside;
  };
}
