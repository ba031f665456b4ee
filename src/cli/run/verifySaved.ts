import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { instanceDataIn } from "../../boot/cloud/instanceDataFile.ts";
import { NETWORK_DATA, SEED_FILES, SeedError } from "../../config/seed.ts";
import { seedAmong, seedFileOfHost } from "../../config/seedOfHost.ts";
import { detectDistro } from "../../distro/detect.ts";
import { reasonOf } from "../../image/reason.ts";
import type { Packages } from "../../packages/packages.ts";
import { escapeText } from "../../report/escape.ts";
import { inBytes, savedContents } from "../../report/savedContents.ts";
import { verifyJson } from "../../report/verifyJson.ts";
import type { GivenLaunch } from "../../verify/sandboxLaunch.ts";
import { archiveOf, checkSize, filesOf, isSavedRun, readArchive, SavedRunError } from "../../verify/saved/archive.ts";
import type { RecordingImage } from "../../verify/saved/recording.ts";
import { savedRun } from "../../verify/saved/save.ts";
import { openSaved } from "../../verify/saved/savedImage.ts";
import type { SavedLaunch, SavedRun } from "../../verify/saved/savedRun.ts";
import { CommandError, EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import type { LaunchFlags } from "../launch.ts";
import type { Output } from "../output.ts";
import { regularFile, writePrivateFile } from "../reportFile.ts";
import { type Compared, compare, report, type VerifyFlags } from "./verified.ts";

/** How much of a file shows whether it is a saved verification. */
const HEAD = 1024;

/** Whether the name is of a file that --save wrote. */
export function isSaved(source: string): boolean {
  try {
    if (!statSync(source).isFile()) return false;
    const file = openSync(source, "r");
    try {
      const head = Buffer.alloc(HEAD);
      return isSavedRun(head.subarray(0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch {
    // Opening it as a root says what it is.
    return false;
  }
}

/** Compares a saved boot with what is predicted today. Returns the exit status. @throws CommandError */
export async function replay(source: string, flags: VerifyFlags, output: Output, io: Io): Promise<number> {
  for (const name of ["seed", "userData", "datasource", "instanceData", "save"] as const)
    if (flags[name] !== undefined)
      throw new CommandError(
        EXIT.usage,
        `${source}: a saved verification has its own launch and is not saved again; omit --${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`,
      );
  const saved = open(source);
  const { versions } = saved;
  io.err(
    `${escapeText(source)}: saved by cloud-init-lint ${escapeText(versions.program)}; nothing is run, the saved boot is compared with the prediction of ${packageJson.version}\n`,
  );
  const { target, compared, unrecorded } = await replayed(saved);
  const status = await report(source, target, compared, output, flags, io);
  const missing = unrecorded();
  if (missing.length > 0)
    io.err(
      `${escapeText(source)}: warning: ${missing.length} paths that this version reads are not in the archive and count as missing: ${escapeText(missing.slice(0, SHOWN).join(", "))}${missing.length > SHOWN ? " ..." : ""}\n`,
    );
  return status;
}

/** The number of paths that a warning names. */
const SHOWN = 5;

/** @throws CommandError */
function open(source: string): SavedRun {
  try {
    checkSize(statSync(source).size);
    return readArchive(readFileSync(source));
  } catch (error) {
    if (error instanceof SavedRunError)
      throw new CommandError(
        error.isUnsupported ? EXIT.nothing : EXIT.incomplete,
        `${source}: a saved verification that cannot be read: ${error.message}`,
      );
    throw new CommandError(EXIT.incomplete, `${source} cannot be read: ${reasonOf(error)}`);
  }
}

async function replayed({ image: savedImage, launch, real }: SavedRun) {
  const { image, unrecorded } = openSaved(savedImage);
  const target = { image, distro: detectDistro(image) };
  return { target, unrecorded, compared: await compare(target, givenBy(launch), async () => real) };
}

/** The launch that saved files describe, as `openLaunch` reads it from this machine. @throws CommandError */
function givenBy({ flags, files }: SavedLaunch): GivenLaunch {
  const read = (path: string | undefined) => files.find((file) => file.path === path);
  const { seed, userData, datasource, instanceData } = flags;
  const [user, instance] = [read(userData), read(instanceData)];
  try {
    const cloud =
      instance !== undefined ? instanceDataIn(instance) : seed === undefined ? undefined : seedAmong(read, seed);
    const name = instance === undefined ? datasource : cloud?.datasource;
    return {
      directory: seed,
      read,
      ...(cloud === undefined ? {} : { cloud }),
      ...(name === undefined ? {} : { datasource: name }),
      ...(user === undefined ? {} : { userData: user }),
    };
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    throw new CommandError(EXIT.incomplete, `the launch of a saved verification cannot be read: ${error.message}`);
  }
}

/** What `verify` had when it ended. */
interface Ended extends Compared {
  readonly recording: RecordingImage;
  readonly packages: Packages;
  readonly flags: LaunchFlags;
}

/**
 * Saves a verification without its secrets, after saying what will be in the file.
 * @param place as `savePlace` gives it
 * @throws CommandError
 */
export async function saveVerification(place: string, ended: Ended, io: Io): Promise<void> {
  const { recording, packages, verification, reported, flags } = ended;
  const run = savedRun({
    recording,
    packages,
    verification,
    launch: launchOf(flags),
    program: packageJson.version,
    reported: verifyJson(reported),
  });
  const changedByMasking = await changesByMasking(run);
  const files = filesOf({ ...run, changedByMasking });
  const contents = savedContents(files, changedByMasking);
  const bytes = archiveOf([...files, { name: "contents.txt", content: Buffer.from(contents) }]);
  io.err(`${escapeText(place)} (${inBytes(bytes.length)}) will have these files:\n${contents}`);
  try {
    await writePrivateFile(place, bytes);
  } catch (error) {
    throw new CommandError(EXIT.usage, `--save ${place}: cannot be written: ${reasonOf(error)}`);
  }
}

/** What comes out otherwise when a run is compared again from what is saved of it. */
async function changesByMasking(run: SavedRun): Promise<string[]> {
  try {
    const { compared } = await replayed(run);
    return differences(run.verification, verifyJson(compared.reported));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [`everything: ${error.message}`];
  }
}

/** The file that --save writes. @throws CommandError for what is no regular file */
export function savePlace(file: string): string {
  const place = file === "-" ? undefined : regularFile(file);
  if (place !== undefined) return place;
  throw new CommandError(EXIT.usage, `--save ${file}: not a regular file; name a file to create`);
}

function launchOf({ seed, userData, datasource, instanceData }: LaunchFlags): SavedLaunch {
  const paths = [
    ...(seed === undefined ? [] : [...SEED_FILES, NETWORK_DATA].map((name) => join(seed, name))),
    ...[userData, instanceData].filter((path) => path !== undefined),
  ];
  const given = Object.entries({ seed, userData, datasource, instanceData });
  return {
    flags: Object.fromEntries(given.filter((flag): flag is [string, string] => flag[1] !== undefined)),
    files: paths.map(seedFileOfHost).filter((file) => file !== undefined),
  };
}

/** What a verification says otherwise than another one, each in a few words. Both as JSON. */
function differences(live: string, again: string): string[] {
  if (live === again) return [];
  const [one, other] = [live, again].map((text) => JSON.parse(text) as Record<string, unknown>);
  const found: string[] = [];
  for (const key of Object.keys(one!)) {
    const [was, is] = [one![key], other![key]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    if (!Array.isArray(was) || !Array.isArray(is)) found.push(key);
    else {
      const texts = new Set(is.map((entry) => JSON.stringify(entry)));
      const others = was.filter((entry) => !texts.has(JSON.stringify(entry)));
      const names = others.map(
        (entry: Readonly<Record<string, unknown>>) => entry.path ?? entry.name ?? entry.rule ?? entry,
      );
      found.push(`${key}: ${names.length === 0 ? "more than before" : names.map(String).join(", ")}`);
    }
  }
  return found;
}
