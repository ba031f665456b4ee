import { type BootResult, boot } from "../../boot/boot.ts";
import { launchOf } from "../../boot/cloud/implied.ts";
import { unreadFiles } from "../../config/read.ts";
import type { Image, ImageProblem } from "../../image/image.ts";
import { caveatsOf } from "../../lint/caveats.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { checkLaunch, inputFiles, type LaunchFlags, openLaunch } from "../launch.ts";
import { type OpenFlags, openOptions } from "../opening.ts";
import { checkOutputs, type Output, parseOutput } from "../output.ts";
import { withLaunch } from "../settings/settings.ts";
import { reportCaveats, reportLeftOut, reportPackages, reportUnread, withTarget } from "../target.ts";

/** The options of a command that shows something of the first boot. */
export interface BootFlags extends LaunchFlags, OpenFlags {
  readonly config?: string;
  readonly format: string;
}

/** An image, its first boot, and where the command writes to. */
interface Booted {
  readonly image: Image;
  readonly result: BootResult;
  /** Why nothing about the boot is certain. */
  readonly caveats: readonly string[];
  readonly unread: readonly ImageProblem[];
  readonly output: Output;
}

/** What a command shows of the first boot, and in which formats. */
interface Shown {
  readonly formats: readonly string[];
  show(booted: Booted): Promise<void>;
}

/** Boots an image, shows what is asked for, and then what is not certain. Returns the exit status. @throws CommandError */
export async function showBoot(source: string, given: BootFlags, io: Io, { formats, show }: Shown): Promise<number> {
  const flags = withLaunch(given, source, io);
  const output = parseOutput(flags.format, formats);
  checkOutputs([output], [source, ...inputFiles(flags)]);
  const launch = openLaunch(flags);
  return await withTarget(source, openOptions(flags), async (target) => {
    checkLaunch(launch, source, target);
    const { image, distro } = target;
    const result = boot(image, { distro, ...launchOf(image, launch) });
    const caveats = caveatsOf(image, distro);
    const unread = [...image.problems, ...unreadFiles(result.base)];
    await show({ image, result, caveats, unread, output });
    reportCaveats(source, caveats, io);
    reportPackages(source, distro.packages, io);
    reportLeftOut(source, target, io);
    return reportUnread(source, unread, io) ? EXIT.incomplete : EXIT.clean;
  });
}
