import { realpathSync, statSync } from "node:fs";
import { SEED_FILES } from "../../config/seed.ts";
import { detectDistro } from "../../distro/detect.ts";
import type { Image } from "../../image/image.ts";
import { reasonOf } from "../../image/reason.ts";
import { escapeText } from "../../report/escape.ts";
import { type RealBoot, runCloudInit } from "../../verify/realBoot.ts";
import { SandboxError } from "../../verify/sandbox.ts";
import type { SandboxLaunch } from "../../verify/sandboxLaunch.ts";
import { RecordingImage } from "../../verify/saved/recording.ts";
import { CommandError, EXIT } from "../exit.ts";
import { onInterrupt } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { inputFiles, openLaunch } from "../launch.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput } from "../output.ts";
import { withTarget } from "../target.ts";
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
  if (opened.cloud !== undefined && opened.cloud.datasource !== "NoCloud")
    throw new CommandError(
      EXIT.usage,
      `--seed ${flags.seed}: in the layout of ${opened.cloud.datasource}; verify needs one in NoCloud layout (${SEED_FILES.join(", ")})`,
    );
  const root = checkRoot(source);
  return await withTarget(source, {}, async (target) => {
    const live = target.image;
    const recording = place === undefined ? undefined : new RecordingImage(live);
    const image = recording ?? live;
    const seen = recording === undefined ? target : { image, distro: detectDistro(recording) };
    const given = { ...opened, directory: flags.seed };
    const compared = await compare(seen, given, (launch) => realBoot(source, root, live, launch, io));
    if (recording !== undefined && place !== undefined)
      await saveVerification(place, { recording, packages: target.distro.packages, flags, ...compared }, io);
    return await report(source, seen, compared, output, flags, io);
  });
}

/** Checks before anything is opened that this machine may run the image. Returns the directory. @throws CommandError */
function checkRoot(source: string): string {
  const refuse = (status: number, why: string) => new CommandError(status, `${source}: ${why}`);
  let root: string;
  try {
    root = realpathSync(source);
    if (!statSync(root).isDirectory())
      throw refuse(EXIT.usage, "verify needs a root directory; mount or unpack the image");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refuse(EXIT.nothing, reasonOf(error));
  }
  const { dev, ino } = statSync(root);
  const own = statSync("/");
  if (dev === own.dev && ino === own.ino)
    throw refuse(
      EXIT.usage,
      "this is the running system, whose cloud-init verify does not run; name the root of an image",
    );
  if (process.platform !== "linux")
    throw refuse(EXIT.usage, "verify runs the image's programs and works only on Linux");
  if (process.geteuid?.() !== 0) throw refuse(EXIT.usage, "verify makes mounts and namespaces; run it as root");
  return root;
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
