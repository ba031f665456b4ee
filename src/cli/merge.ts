import type { Command } from "commander";
import { escapeText } from "../report/escape.ts";
import type { NotLinted } from "../report/fleet.ts";
import { lintFormats } from "../report/formats.ts";
import type { ImageReport } from "../report/imageReport.ts";
import { mergedNotLinted, mergedReport, ReportError } from "../report/mergedReport.ts";
import { CommandError, EXIT, worstStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { type ReportFlags, statusOfFindings, writeReports } from "./lintReports.ts";
import { checkReports, isInRepository } from "./lintUsage.ts";
import {
  anchorOption,
  colorOption,
  exitZeroOption,
  failOnOption,
  formatOption,
  mapOption,
  minSeverityOption,
  quietOption,
} from "./options.ts";
import { parseOutput } from "./output.ts";
import { inputName, readInput } from "./readInput.ts";
import { openRepository, type RepositoryFlags } from "./repository.ts";
import { reportCaveats, reportUnread } from "./target.ts";

interface MergeFlags extends ReportFlags, RepositoryFlags {
  readonly format?: readonly string[];
}

/** The size of the largest report that is read, in bytes. */
const LARGEST = 200_000_000;

/** Adds `merge`, which makes reports of the JSON reports of several lints. */
export function mergeCommand(program: Command, io: Io, end: (status: number) => void): void {
  program
    .command("merge")
    .description("combine reports of lint -f json into one report, in any format")
    .argument("<report...>", "reports of lint -f json, or - to read one from standard input")
    .addOption(formatOption())
    .addOption(minSeverityOption("lowest severity to show (default: as for lint)"))
    .addOption(failOnOption("lowest severity that fails the run with exit status 1"))
    .addOption(exitZeroOption())
    .addOption(mapOption())
    .addOption(anchorOption())
    .addOption(colorOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Example:
  cloud-init-lint merge web.json db.json -f sarif=all.sarif -f markdown=all.md

The reports do not contain the files of the images: text leaves out the lines
around a cause, and files are found in the repository by --map only. To merge
all findings, lint without --min-severity. An image that two reports contain
with the same content is included once.`,
    )
    .action(async (files: string[], flags: Partial<MergeFlags>) =>
      end(await run(files, { failOn: "error", color: "auto", ...flags }, io)),
    );
}

async function run(files: readonly string[], flags: MergeFlags, io: Io): Promise<number> {
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
  const text = readInput(file, LARGEST).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`not JSON, so not a report of lint -f json: ${(error as Error).message}`);
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
