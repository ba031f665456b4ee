import { realpathSync, statSync } from "node:fs";
import { boot } from "../../boot/boot.ts";
import { SEED_FILES } from "../../config/seed.ts";
import type { Image } from "../../image/image.ts";
import { reasonOf } from "../../image/reason.ts";
import { lintBooted } from "../../lint/lint.ts";
import { catalogue } from "../../lint/rules/catalogue.ts";
import { escapeText } from "../../report/escape.ts";
import { reportedVerification } from "../../report/reportedVerification.ts";
import { type RealBoot, runCloudInit } from "../../verify/realBoot.ts";
import { SandboxError } from "../../verify/sandbox.ts";
import { type SandboxLaunch, sandboxLaunch } from "../../verify/sandboxLaunch.ts";
import { verify } from "../../verify/verify.ts";
import { CommandError, EXIT } from "../exit.ts";
import { onInterrupt } from "../interrupt.ts";
import { type Io, wantsColor } from "../io.ts";
import { inputFiles, type LaunchFlags, openLaunch } from "../launch.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput, writeOutput } from "../output.ts";
import { reportCaveats, reportPackages, reportUnread, withTarget } from "../target.ts";

/** The options of `verify`. */
export interface VerifyFlags extends LaunchFlags {
  readonly format: string;
  readonly color: "auto" | "always" | "never";
}

/** Runs `verify`. Returns the exit status. @throws CommandError */
export async function verifyImage(source: string, flags: VerifyFlags, io: Io): Promise<number> {
  const output = parseOutput(flags.format, OWN_FORMATS.verify);
  checkOutputs([output], [source, ...inputFiles(flags)]);
  const opened = openLaunch(flags);
  if (opened.cloud !== undefined && opened.cloud.datasource !== "NoCloud")
    throw new CommandError(
      EXIT.usage,
      `--seed ${flags.seed}: in the layout of ${opened.cloud.datasource}; verify needs one in NoCloud layout (${SEED_FILES.join(", ")})`,
    );
  const root = checkRoot(source);
  return await withTarget(source, {}, async ({ image, distro }) => {
    const { launch, predicted, instead } = sandboxLaunch(image, distro, { ...opened, directory: flags.seed });
    const options = { distro, ...predicted };
    const booted = boot(image, options);
    const result = lintBooted(image, booted, { ...options, rules: catalogue });
    const real = await realBoot(source, root, image, launch, io);
    const verification = verify(result, booted, real);
    const reported = reportedVerification(verification);
    if (output.format === "json")
      await writeOutput(io, output, (await import("../../report/verifyJson.ts")).verifyJson(reported));
    else if (output.format === "markdown")
      await writeOutput(io, output, (await import("../../report/verifyMarkdown.ts")).verifyMarkdown(reported));
    else {
      const { verifyText } = await import("../../report/verifyText.ts");
      const color = output.file === undefined && wantsColor(flags.color, io);
      await writeOutput(io, output, verifyText(reported, { color, width: io.columns }));
    }
    if (instead.length > 0)
      io.err(
        `${escapeText(source)}: warning: this image looks for ${escapeText(instead.join(", "))}; it got NoCloud's data instead, so what only another datasource does is not compared\n`,
      );
    reportCaveats(source, result.caveats, io);
    reportPackages(source, distro.packages, io);
    if (reportUnread(source, result.unread, io)) return EXIT.incomplete;
    return verification.agrees ? EXIT.clean : EXIT.findings;
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
