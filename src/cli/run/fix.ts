import { mkdirSync, readdirSync, realpathSync, rmdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { SeedFile } from "../../config/userData/parts.ts";
import { shownName } from "../../disk/remote/https/shownUrl.ts";
import type { Image } from "../../image/image.ts";
import { reasonOf } from "../../image/reason.ts";
import { type Fixable, type Fixed, type FixedFile, fixAll } from "../../lint/fixes/fixAll.ts";
import { FixableFile, FixableImage } from "../../lint/fixes/fixImage.ts";
import { escapeText } from "../../report/escape.ts";
import { type FixTextOptions, fixText } from "../../report/fixText.ts";
import { patchOf } from "../../report/patch.ts";
import { atLeast } from "../../report/severity.ts";
import { CommandError, EXIT } from "../exit.ts";
import { type FileToWrite, WriteError, writeFiles } from "../fixFiles.ts";
import { type Io, wantsColor } from "../io.ts";
import { checkLaunch } from "../launch.ts";
import type { GivenLintFlags, LintFlags } from "../lintFlags.ts";
import { type Linter, type LintSettings, lintFileOptions, lintOptions, openLinter } from "../lintImages.ts";
import { checkUsage, checkUsed } from "../lintUsage.ts";
import { matchedIn } from "../matched.ts";
import { openOptions } from "../opening.ts";
import { regularFile } from "../reportFile.ts";
import { ruleOf } from "../ruleOf.ts";
import { withSettings } from "../settings/settings.ts";
import {
  openLooseFile,
  reportCaveats,
  reportLeftOut,
  reportPackages,
  reportUnread,
  type Target,
  withTarget,
} from "../target.ts";
import { cloudInitVersion } from "./lint.ts";

/** The options of `fix` on the command line. */
export interface GivenFixFlags extends Omit<GivenLintFlags, "format" | "map" | "anchor" | "quiet">, OwnFixFlags {}

/** The options that only `fix` has. */
interface OwnFixFlags {
  readonly dryRun?: boolean;
  readonly only?: readonly string[];
  readonly unsafe?: boolean;
  readonly output?: string;
}

/** The options of `fix`, together with the configuration file. */
interface FixFlags extends LintFlags, OwnFixFlags {}

/** What is fixed, and where its files are. */
interface Subject {
  readonly start: Fixable;
  readonly isRead: boolean;
  /** The image; undefined for a file on its own. */
  readonly image: Image | undefined;
  /** The directory on this machine that the paths are below; undefined for an archive. */
  readonly root: string | undefined;
  /** A path of an edit below that directory, and in a diff or another directory. */
  place(path: string): string;
  name(path: string): string;
}

/** Runs `fix`. Returns the exit status. @throws CommandError */
export async function fixImage(source: string, given: GivenFixFlags, io: Io): Promise<number> {
  return run(source, { failOn: "error", ...withSettings(given, [source], io) }, io);
}

async function run(source: string, flags: FixFlags, io: Io): Promise<number> {
  checkUsage([source], [], flags);
  const only = flags.only && new Set(flags.only.map((name) => ruleOf(name).id));
  checkDestination(source, flags);
  const linter = await openLinter(settingsOf(flags));
  try {
    const file = openLooseFile(source);
    if (file !== undefined) return await fix(source, subjectIn(source, file, linter, flags, io), only, flags, io);
    return await withTarget(source, openOptions(flags), (target) =>
      fix(source, subjectOn(source, target, linter, flags, io), only, flags, io),
    );
  } finally {
    linter.pristine?.image.close?.();
  }
}

/** Returns the exit status. */
async function fix(
  source: string,
  subject: Subject,
  only: ReadonlySet<string> | undefined,
  flags: FixFlags,
  io: Io,
): Promise<number> {
  if (subject.root === undefined && flags.output === undefined && flags.dryRun !== true)
    throw unchangeable(shownName(source), whyReadOnly(source, subject.image));
  const { minSeverity = "warning", unsafe = false, failOn } = flags;
  const fixed = fixAll(subject.start, { only, minSeverity, unsafe });
  for (const rule of only ?? [])
    if (!fixed.before.findings.some((finding) => finding.rule === rule))
      io.err(`${escapeText(shownName(source))}: no finding of ${escapeText(rule)}\n`);
  const isIncomplete = !subject.isRead || fixed.after.unread.length > 0;
  if (flags.dryRun === true) showPatch(fixed, subject, io);
  else if (isIncomplete && fixed.edits.length > 0)
    throw new CommandError(
      EXIT.incomplete,
      `${shownName(source)}: nothing was fixed, because it could not be read completely`,
    );
  else await write(fixed, subject, flags.output);
  const text = (color: boolean) =>
    fixText(fixed, { color, width: io.columns, ...nextSteps(source, fixed, flags, subject) });
  if (flags.dryRun === true) io.err(text(false));
  else io.out(text(wantsColor(flags.color, io)));
  if (isIncomplete) return EXIT.incomplete;
  const isFailing = failOn !== "never" && atLeast(fixed.after.findings, failOn).length > 0;
  return isFailing && flags.exitZero !== true ? EXIT.findings : EXIT.clean;
}

/** @throws CommandError if the edits cannot be written to where the user wants them */
function checkDestination(source: string, { dryRun, output }: FixFlags): void {
  if (output === undefined) {
    if (dryRun !== true && isArchive(source))
      throw unchangeable(source === "-" ? "standard input" : source, "it is an archive or a disk");
    return;
  }
  if (dryRun === true) throw usage("--dry-run writes nothing: omit --output");
  const refuse = (why: string) => usage(`--output ${output || '""'}: ${why}`);
  if (output === "") throw refuse("the name is empty");
  const stat = statOf(output);
  if (stat !== undefined && !stat.isDirectory()) throw refuse("this is not a directory; name a new one");
  const parent = dirname(resolve(output));
  if (statOf(parent)?.isDirectory() !== true) throw refuse(`directory ${parent} does not exist`);
  if (stat !== undefined && !isEmpty(output)) throw refuse("the directory is not empty; name a new one");
  const root = statOf(source)?.isDirectory() === true ? realpathSync(source) : undefined;
  const place = stat === undefined ? realpathSync(parent) : realpathSync(output);
  // On a live machine, everything is inside.
  if (root !== undefined && root !== sep && `${place}${sep}`.startsWith(`${root}${sep}`))
    throw refuse("this is inside the image; name a directory outside");
}

function unchangeable(name: string, why: string): CommandError {
  return usage(
    `${name} cannot be edited in place, since ${why}: write the edited files with --output DIR, or print a diff with --dry-run`,
  );
}

/** Why an image is not a directory of the image's files. */
function whyReadOnly(source: string, image: Image | undefined): string {
  if (image?.remote !== undefined) return "it is on another machine";
  if (image?.isContainer === true) return "its files are those of a container image";
  return statOf(source)?.isDirectory() === true ? "its files are those of ostree deployments" : "it is a disk";
}

function isArchive(source: string): boolean {
  const stat = statOf(source);
  return (
    source === "-" || stat?.isBlockDevice() === true || (stat?.isFile() === true && openLooseFile(source) === undefined)
  );
}

/** The stat of a path on this machine; undefined if it does not exist or cannot be determined. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch (error) {
    throw usage(`--output ${directory}: cannot be read: ${reasonOf(error)}`);
  }
}

function settingsOf(flags: FixFlags): LintSettings {
  const { protect = [], pristine, severities, ignores } = flags;
  return {
    launch: flags,
    opening: openOptions(flags),
    pristine,
    protect,
    severities,
    ignores,
    version: cloudInitVersion(flags),
    repository: undefined,
    minSeverity: "info",
    plan: false,
  };
}

/** A file on its own. */
function subjectIn(source: string, file: SeedFile, linter: Linter, flags: FixFlags, io: Io): Subject {
  const start = new FixableFile(file, lintFileOptions(linter));
  const { image, caveats, unread } = start.result;
  reportCaveats(source, caveats, io);
  checkUsed([{ source, matched: { maps: [], globs: [] }, report: { image } }], [], flags);
  const place = regularFile(source) ?? resolve(source);
  return {
    start,
    isRead: !reportUnread(source, unread, io),
    image: undefined,
    root: dirname(place),
    place: () => `/${basename(place)}`,
    name: () => nameOnThisMachine(source),
  };
}

/** An image. */
function subjectOn(source: string, target: Target, linter: Linter, flags: FixFlags, io: Io): Subject {
  const { protect = [], pristine: pristineSource } = flags;
  checkLaunch(linter.launch, source, target);
  const { image, distro } = target;
  const start = new FixableImage(image, lintOptions(linter, target));
  reportCaveats(source, start.result.caveats, io);
  reportPackages(source, distro.packages, io);
  reportLeftOut(source, target, io);
  checkUsed([{ source, matched: matchedIn(image, [], protect), report: { image: start.result.image } }], [], flags);
  const unread = [
    reportUnread(source, start.result.unread, io),
    reportUnread(`--pristine ${pristineSource}`, linter.pristine?.image.problems ?? [], io),
  ];
  return {
    start,
    isRead: !unread.includes(true),
    image,
    root: image.directory,
    place: (path) => path,
    name: (path) => path.slice(1),
  };
}

/** The name of a file in a diff: relative to the working directory if it is below it, else to the root of this machine. */
function nameOnThisMachine(path: string): string {
  return isBelowHere(path) ? relative(process.cwd(), resolve(path)) : resolve(path).slice(1);
}

function isBelowHere(path: string): boolean {
  return relative(process.cwd(), resolve(path)).split(sep)[0] !== "..";
}

function showPatch({ edits, before }: Fixed, { name }: Subject, io: Io): void {
  const named = ({ path, renames, ...edit }: FixedFile) => ({
    ...edit,
    path,
    name: name(path),
    renamesName: renames === undefined ? undefined : name(renames),
  });
  const { text, inexact } = patchOf(edits.map(named), before.secrets);
  io.out(text);
  for (const path of inexact)
    io.err(
      `cloud-init-lint: warning: ${escapeText(path)}: the diff hides or escapes text of this file and cannot be applied; write it with --output DIR\n`,
    );
}

async function write({ edits }: Fixed, subject: Subject, output: string | undefined): Promise<void> {
  const { root, place, name } = subject;
  const isMade = output !== undefined && makeDirectory(output);
  const files = edits.map((edit): FileToWrite => {
    if (output === undefined) return { ...edit, path: place(edit.path), ...renamed(edit, place) };
    return { path: `/${name(edit.path)}`, content: edit.content, before: null, ...attributesOf(edit, subject) };
  });
  try {
    await writeFiles(output ?? root ?? "", files);
  } catch (error) {
    if (isMade) rmdirSync(output);
    if (error instanceof WriteError) throw usage(error.message);
    throw error;
  }
}

function renamed({ renames }: FixedFile, place: (path: string) => string): { renames?: string } {
  return renames === undefined ? {} : { renames: place(renames) };
}

/** The mode and owner of a file in the image, for its copy; only root can give it the owner. */
function attributesOf({ path, renames, before }: FixedFile, { image }: Subject): Pick<FileToWrite, "mode" | "owner"> {
  const stat = before === null ? undefined : image?.stat(renames ?? path);
  if (stat === undefined) return {};
  const { mode, uid, gid } = stat;
  return { mode, ...(process.getuid?.() === 0 ? { owner: { uid, gid } } : {}) };
}

/** Whether the directory is new. */
function makeDirectory(path: string): boolean {
  if (statOf(path)?.isDirectory() === true) return false;
  try {
    // Its parent exists; with "recursive", Node gives the wrong reason on a read-only file system.
    mkdirSync(path);
    return true;
  } catch (error) {
    throw usage(`--output ${path}: cannot be created: ${reasonOf(error)}`);
  }
}

/** What becomes of the edits, and what the user can do next. */
function nextSteps(
  source: string,
  { edits }: Fixed,
  { dryRun, output }: FixFlags,
  { image, root }: Subject,
): Pick<FixTextOptions, "fate" | "next"> {
  const isNothing = edits.length === 0;
  if (dryRun === true) {
    const place = image !== undefined ? "the root of the image" : isBelowHere(source) ? "the working directory" : sep;
    const orWrite = root === undefined ? "" : ", or omit --dry-run";
    return { fate: "shown", next: isNothing ? [] : [`To apply: patch -p1 in ${place}${orWrite}.`] };
  }
  if (output === undefined)
    return { fate: "written", next: isNothing ? [] : [`To check: cloud-init-lint ${source}, with the same options.`] };
  const removed = edits.flatMap(({ renames }) => renames ?? []);
  return {
    fate: { directory: output },
    next: [
      ...(isNothing
        ? []
        : [
            `To apply: copy ${image === undefined ? `the file in ${output} over ${source}` : `the content of ${output} over the root of the image${image.isContainer === true ? `, such as by COPY ${output} / in a Containerfile` : ""}`}.`,
          ]),
      ...(removed.length === 0 ? [] : [`Then remove from the image: ${removed.join(", ")}`]),
    ],
  };
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}
