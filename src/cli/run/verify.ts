import { realpathSync, statSync } from "node:fs";
import { SEED_FILES } from "../../config/seed.ts";
import { shownName } from "../../disk/remote/https/shownUrl.ts";
import { remoteKindOf } from "../../disk/remote/kinds.ts";
import { detectDistro } from "../../distro/detect.ts";
import { type Image, ImageError } from "../../image/image.ts";
import { escapeText } from "../../report/escape.ts";
import { type RealBoot, runCloudInit } from "../../verify/realBoot.ts";
import { SandboxError } from "../../verify/sandbox.ts";
import type { SandboxLaunch } from "../../verify/sandboxLaunch.ts";
import { RecordingImage } from "../../verify/saved/recording.ts";
import { withUnpacked } from "../../verify/unpackedRoot.ts";
import { CommandError, EXIT } from "../exit.ts";
import { onInterrupt } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { checkLaunch, inputFiles, type OpenedLaunch, openLaunch } from "../launch.ts";
import { type OpenFlags, openOptions } from "../opening.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput } from "../output.ts";
import { startProgress } from "../progress.ts";
import { type Target, withTarget } from "../target.ts";
import { compare, report, type VerifyFlags } from "./verified.ts";
import { isSaved, replay, savePlace, saveVerification } from "./verifySaved.ts";

/** Runs `verify`. Returns the exit status. @throws CommandError */
export async function verifyImage(source: string, flags: VerifyFlags, io: Io): Promise<number> {
  const output = parseOutput(flags.format, OWN_FORMATS.verify);
  const { save } = flags;
  checkOutputs(
    [output, ...(save === undefined ? [] : [{ format: "", file: save, option: `--save ${save}` }])],
    [source, ...inputFiles(flags)],
  );
  if (isSaved(source)) return await replay(source, flags, output, io);
  const place = save === undefined ? undefined : savePlace(save);
  const opened = openLaunch(flags);
  checkLayout(opened, flags);
  checkMachine(source);
  return await withRoot(source, flags, io, async ({ root, ...target }) => {
    checkLaunch(opened, source, target);
    const live = target.image;
    const recording = place === undefined ? undefined : new RecordingImage(live);
    const image = recording ?? live;
    const seen = recording === undefined ? target : { image, distro: detectDistro(recording) };
    const given = { ...opened, directory: flags.seed };
    const compared = await compare(seen, given, (launch) => realBoot(source, root, live, launch, io));
    const status = await report(source, seen, compared, output, flags, io);
    if (recording !== undefined && place !== undefined)
      await saveVerification(place, { recording, packages: target.distro.packages, flags, ...compared }, io);
    return status;
  });
}

/** @throws CommandError for a launch that a sandbox cannot have, or that cannot be saved */
function checkLayout({ cloud, userData }: OpenedLaunch, flags: VerifyFlags): void {
  const { seed, save } = flags;
  const layout = cloud?.datasource ?? "NoCloud";
  if (seed !== undefined && layout !== "NoCloud" && layout !== "ConfigDrive")
    throw new CommandError(
      EXIT.usage,
      `--seed ${seed}: in the layout of ${layout}; verify needs one in NoCloud layout (${SEED_FILES.join(", ")}) or a config drive`,
    );
  if (save !== undefined && layout !== "NoCloud" && seed !== undefined)
    throw new CommandError(EXIT.usage, `--save ${save}: a launch with a config drive cannot be saved; omit --save`);
  if (flags.instanceData !== undefined && cloud?.userData === undefined && userData === undefined)
    throw new CommandError(
      EXIT.usage,
      `--instance-data ${flags.instanceData}: its user-data are redacted; pass instance-data-sensitive.json, or add --user-data`,
    );
}

/** An image, and the directory that has its files. */
interface Rooted extends Target {
  readonly root: string;
}

/** What `use` makes of an image, which is unpacked for as long as that takes if it is not a directory. @throws CommandError */
async function withRoot<T>(source: string, flags: OpenFlags, io: Io, use: (rooted: Rooted) => Promise<T>): Promise<T> {
  return await withTarget(source, { ...openOptions(flags), isWhole: true }, async (target) => {
    const { directory } = target.image;
    if (directory !== undefined) return await use({ ...target, root: realpathSync(directory) });
    const progress = startProgress(io);
    const settled = progress.endOnInterrupt();
    const show = (bytes: number) => progress.show(`unpacking ${source}: ${Math.round(bytes / 2 ** 20)} MiB`);
    const unpacked = () => {
      settled();
      progress.end();
    };
    show(0);
    try {
      return await withUnpacked(target.image, { most: flags.maxTemporary, written: show }, (root) => {
        unpacked();
        return use({ ...target, root });
      });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      throw new CommandError(error.status, error.message);
    } finally {
      unpacked();
    }
  });
}

/** Checks before anything is opened that this machine may run the image. @throws CommandError */
function checkMachine(source: string): void {
  const refuse = (status: number, why: string) => new CommandError(status, `${shownName(source)}: ${why}`);
  if (remoteKindOf(source) !== undefined)
    throw refuse(EXIT.usage, "verify needs all of an image; download it and pass the file");
  if (isRunningSystem(source))
    throw refuse(
      EXIT.usage,
      "this is the running system, whose cloud-init verify does not run; name the root of an image",
    );
  if (process.platform !== "linux")
    throw refuse(EXIT.usage, "verify runs the image's programs and works only on Linux");
  if (process.geteuid?.() !== 0) throw refuse(EXIT.usage, "verify makes mounts and namespaces; run it as root");
}

function isRunningSystem(source: string): boolean {
  try {
    const [given, own] = [statSync(source), statSync("/")];
    return given.dev === own.dev && given.ino === own.ino;
  } catch {
    // Opening it says what is wrong.
    return false;
  }
}

/** Runs the image's cloud-init. A signal ends the sandbox first. @throws CommandError if it could not be run */
async function realBoot(source: string, root: string, image: Image, launch: SandboxLaunch, io: Io): Promise<RealBoot> {
  io.err(`${escapeText(source)}: running this image's cloud-init as root in a sandbox, on a throw-away overlay\n`);
  const interrupt = new AbortController();
  const settled = onInterrupt(() => interrupt.abort());
  try {
    return await runCloudInit(root, image, launch, undefined, interrupt.signal);
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    throw new CommandError(EXIT.incomplete, `${source}: ${error.message}; nothing was compared`);
  } finally {
    settled();
  }
}
