import { lintFormats } from "../report/formats.ts";
import type { ImageReport } from "../report/imageReport.ts";
import { baselineOutput } from "./baseline.ts";
import { CommandError, EXIT } from "./exit.ts";
import { inputFiles } from "./launch.ts";
import type { LintFlags } from "./lintFlags.ts";
import type { ImageOutcome } from "./lintImages.ts";
import type { Named } from "./optionNames.ts";
import { checkOutputs, type Output } from "./output.ts";
import type { Mapped, RepositoryFlags } from "./repository.ts";

/** Options that describe an image or its launch; a file linted on its own has neither. */
const OF_IMAGES = {
  "--seed": "seed",
  "--user-data": "userData",
  "--datasource": "datasource",
  "--instance-data": "instanceData",
  "--pristine": "pristine",
  "--protect": "protect",
  "--root": "root",
  "--platform": "platform",
  "--max-temporary": "maxTemporary",
} as const satisfies Readonly<Record<string, keyof LintFlags>>;

/** @throws CommandError if standard input is to be read twice. @param inputs names of images and lists */
export function checkInput(inputs: readonly (string | undefined)[]): void {
  if (inputs.filter((input) => input === "-").length > 1)
    throw usage("standard input can be read only once: pass - for one image or list, and files for the others");
}

/** @throws CommandError for options that would be ignored or that conflict. */
export function checkUsage(sources: readonly string[], outputs: readonly Output[], flags: LintFlags): void {
  if (sources.includes("")) throw usage("an image name is empty");
  if (flags.stdinFilename === "") throw usage("--stdin-filename: missing file name");
  if (flags.stdinFilename !== undefined && !sources.includes("-"))
    throw usage(`--stdin-filename ${flags.stdinFilename}: pass - for standard input as well`);
  for (const option of ["baseline", "writeBaseline"] as const)
    if (flags[option] === "") throw usage(`--${option === "baseline" ? option : "write-baseline"}: missing file name`);
  const inputs = [...sources, ...(flags.from ?? []), flags.pristine, ...inputFiles(flags)];
  checkReports(outputs, inputs, flags);
  checkOutputs([...outputs, ...baselineOutput(flags)], inputs);
  // A baseline may be compared with and rewritten in one run.
  checkOutputs(outputs, [flags.baseline]);
  const wrong = flags.protect?.find((glob) => !/^(\/|\*\*)/.test(glob));
  if (wrong !== undefined) throw usage(`--protect ${wrong}: paths in the image begin with "/", such as /etc/ssh/**`);
}

/** @throws CommandError for reports that cannot be written, and for options that none of them uses. */
export function checkReports(
  outputs: readonly Output[],
  inputs: readonly (string | undefined)[],
  flags: RepositoryFlags,
): void {
  const [, second] = outputs.filter((output) => output.file === undefined);
  if (second !== undefined)
    throw usage(
      `only one report can go to standard output: write the others to files, as in ${second.format}=FILE instead of ${second.format}`,
    );
  checkOutputs(outputs, inputs);
  const [unused] = (["map", "anchor"] as const).filter((option) => isGiven(flags, option));
  if (unused !== undefined && !outputs.some(isInRepository))
    throw usage(`--${unused} needs -f sarif, -f github or -f gitlab`);
}

/** Whether an option is on the command line. What the configuration file sets applies where it can. */
function isGiven<Flags extends Named>(flags: Flags, option: keyof Flags): boolean {
  return flags[option] !== undefined && !(option in (flags.names ?? {}));
}

/** Whether a report shows findings in files of a repository. */
export function isInRepository({ format }: Output): boolean {
  return lintFormats[format]?.inRepository === true;
}

/** What was linted, for the options that apply to it. */
export type Linted = Pick<ImageOutcome, "source" | "matched"> & {
  readonly report: Pick<ImageReport, "image"> | undefined;
};

/** @throws CommandError for options that apply to nothing that was linted. */
export function checkUsed(outcomes: readonly Linted[], maps: readonly Mapped[], flags: LintFlags): void {
  const areFiles = outcomes.map(({ report }) => report?.image.isFile === true);
  if (flags.cloudInitVersion !== undefined && !areFiles.includes(true))
    throw usage("--cloud-init-version applies only to files linted on their own; an image contains its own cloud-init");
  const [unused] = Object.entries(OF_IMAGES).find(([, flag]) => isGiven(flags, flag)) ?? [];
  if (unused !== undefined && !areFiles.includes(false))
    throw usage(`${unused} applies only to images: ${outcomes[0]?.source} is a file linted on its own`);
  const matched = outcomes.map((outcome) => outcome.matched);
  for (const glob of isGiven(flags, "protect") ? (flags.protect ?? []) : [])
    if (!matched.some(({ globs }) => globs.includes(glob)))
      throw usage(`--protect ${glob}: no file in the image matches (DIRECTORY/** matches all files below a directory)`);
  for (const { option, imagePath, isDirectory } of isGiven(flags, "map") ? maps : [])
    if (!matched.some((one) => one.maps.includes(option)))
      throw usage(`${option}: the image contains no ${isDirectory ? "directory" : "file"} ${imagePath}`);
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
