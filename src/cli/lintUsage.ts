import type { Image } from "../image/image.ts";
import { namesFile } from "../lint/evidence/protected.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { lintFormats } from "../report/formats.ts";
import { CommandError, EXIT } from "./exit.ts";
import { launchFiles } from "./launch.ts";
import type { LintFlags } from "./lintFlags.ts";
import { checkOutputs, type Output } from "./output.ts";
import type { Mapped } from "./repository.ts";

/** Options that describe an image or its launch; a file linted on its own has neither. */
const OF_IMAGES = {
  "--seed": "seed",
  "--user-data": "userData",
  "--datasource": "datasource",
  "--pristine": "pristine",
  "--protect": "protect",
} as const satisfies Readonly<Record<string, keyof LintFlags>>;

/** @throws CommandError for options that would be ignored or that conflict. */
export function checkUsage(sources: readonly string[], outputs: readonly Output[], flags: LintFlags): void {
  if (sources.includes("")) throw usage("an image name is empty");
  if ([...sources, flags.pristine].filter((source) => source === "-").length > 1)
    throw usage("standard input can be read only once: pass - for one image and files for the others");
  if (outputs.filter((output) => output.file === undefined).length > 1)
    throw usage("only one report can go to standard output: write the others to files, as in -f sarif=FILE");
  checkOutputs(outputs, [...sources, flags.pristine, ...launchFiles(flags)]);
  const given = flags.map === undefined ? "--anchor" : "--map";
  if ((flags.map ?? flags.anchor) !== undefined && !outputs.some(isInRepository))
    throw usage(`${given} needs -f sarif or -f github`);
  const wrong = flags.protect?.find((glob) => !/^(\/|\*\*)/.test(glob));
  if (wrong !== undefined) throw usage(`--protect ${wrong}: paths in the image begin with "/", such as /etc/ssh/**`);
}

/** Whether a report shows findings in files of a repository. */
export function isInRepository({ format }: Output): boolean {
  return lintFormats[format]?.inRepository === true;
}

/** The maps and globs that no image has matched yet. */
export interface Unmatched {
  readonly maps: Set<Mapped>;
  readonly globs: Set<string>;
}

/** Removes the ones that this image matches. */
export function matchIn(image: Image, { maps, globs }: Unmatched): void {
  for (const map of maps) if (isIn(image, map)) maps.delete(map);
  for (const glob of globs) if (namesFile(image, glob)) globs.delete(glob);
}

/** @throws CommandError for options that apply to nothing that was linted. */
export function checkUsed(results: readonly LintResult[], { maps, globs }: Unmatched, flags: LintFlags): void {
  const areFiles = results.map(({ image }) => image.isFile === true);
  if (flags.cloudInitVersion !== undefined && !areFiles.includes(true))
    throw usage("--cloud-init-version applies only to files linted on their own; an image contains its own cloud-init");
  const [unused] = Object.entries(OF_IMAGES).find(([, flag]) => flags[flag] !== undefined) ?? [];
  if (unused !== undefined && !areFiles.includes(false))
    throw usage(`${unused} applies only to images: ${results[0]?.image.source} is a file linted on its own`);
  for (const glob of globs)
    throw usage(`--protect ${glob}: no file in the image matches (DIRECTORY/** matches all files below a directory)`);
  for (const { option, imagePath, isDirectory } of maps)
    throw usage(`${option}: the image contains no ${isDirectory ? "directory" : "file"} ${imagePath}`);
}

/** Whether the path that `map` names exists in the image and is of the same kind, directory or file. */
function isIn(image: Image, { imagePath, isDirectory }: Mapped): boolean {
  const stat = image.stat(imagePath) ?? image.lstat(imagePath);
  return stat !== undefined && (stat.kind === "directory") === isDirectory;
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
