import { escapeText } from "../../report/escape.ts";
import type { NotLinted } from "../../report/fleet.ts";
import { lintFormats } from "../../report/formats.ts";
import type { ImageReport } from "../../report/imageReport.ts";
import { mergedNotLinted, mergedReport, ReportError } from "../../report/mergedReport.ts";
import { CommandError, EXIT, worstStatus } from "../exit.ts";
import type { Io } from "../io.ts";
import { type ReportFlags, statusOfFindings, writeReports } from "../lintReports.ts";
import { checkReports, isInRepository } from "../lintUsage.ts";
import { parseOutput } from "../output.ts";
import { inputName, readInput, textOf, whyNotJson } from "../readInput.ts";
import { openRepository, type RepositoryFlags } from "../repository.ts";
import { reportCaveats, reportUnread } from "../target.ts";

/** The options of `merge`. */
export interface MergeFlags extends ReportFlags, RepositoryFlags {
  readonly format?: readonly string[];
}

/** The size of the largest report that is read, in bytes. */
const LARGEST = 200_000_000;

/** Runs `merge`. Returns the exit status. @throws CommandError */
export async function mergeReports(files: readonly string[], flags: MergeFlags, io: Io): Promise<number> {
  const outputs = (flags.format ?? ["text"]).map((value) =>
    parseOutput(value, Object.keys(lintFormats), `-f ${value}`),
  );
  if (files.filter((file) => file === "-").length > 1)
    throw new CommandError(EXIT.usage, "standard input can be read only once: pass - for one report");
  checkReports(outputs, files, flags);
  const repository = outputs.some(isInRepository) ? openRepository(flags, process.cwd()) : undefined;
  const distinct = new Map<string, ImageReport>();
  const failed = new Map<string, NotLinted>();
  for (const file of files) {
    const { images, notLinted } = parse(file, repository);
    for (const image of images) distinct.set(JSON.stringify(image), image);
    for (const image of notLinted) failed.set(JSON.stringify(image), image);
  }
  const [reports, notLinted] = [[...distinct.values()], [...failed.values()]];
  if (reports.length + notLinted.length === 0)
    throw new CommandError(EXIT.nothing, `${files.map(inputName).join(", ")}: no image in any report`);
  for (const { image, caveats, unread } of reports) {
    reportCaveats(image.source, caveats, io);
    reportUnread(image.source, unread, io);
  }
  for (const { source, message } of notLinted)
    io.err(`cloud-init-lint: ${escapeText(`${source}: not linted: ${message}`)}\n`);
  await writeReports({ reports, notLinted }, outputs, { ...flags, anchor: repository?.anchor }, io);
  const statuses = [
    ...notLinted.map(({ status }) => status),
    ...(reports.some(({ unread }) => unread.length > 0) ? [EXIT.incomplete] : []),
  ];
  return statuses.length > 0 ? worstStatus(statuses) : statusOfFindings(reports, flags, io);
}

/** What a report contains. @throws CommandError if it is none. */
function parse(
  file: string,
  repository: ReturnType<typeof openRepository> | undefined,
): { readonly images: readonly ImageReport[]; readonly notLinted: readonly NotLinted[] } {
  if (file === "") throw new CommandError(EXIT.usage, "a report name is empty");
  const name = inputName(file);
  const refuse = (why: string) => new CommandError(EXIT.usage, `${name}: ${why}`);
  const text = textOf(readInput(file, LARGEST));
  if (text === undefined) throw refuse("not a report of lint -f json: not a text file in UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(`not JSON, so not a report of lint -f json: ${whyNotJson(text)}`);
  }
  if (isObject(value) && "runs" in value) throw refuse("a SARIF report; merge reads reports of lint -f json");
  if (isObject(value) && ("changes" in value || "origins" in value))
    throw refuse("a report of another command; merge reads reports of lint -f json");
  try {
    return { images: mergedReport(value, repository), notLinted: mergedNotLinted(value) };
  } catch (error) {
    if (error instanceof ReportError) throw refuse(`not a report of lint -f json: ${error.message}`);
    throw error;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
