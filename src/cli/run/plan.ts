import { type BootResult, boot } from "../../boot/boot.ts";
import { launchOf } from "../../boot/cloud/implied.ts";
import { unreadFiles } from "../../config/read.ts";
import type { ImageProblem } from "../../image/image.ts";
import { caveatsOf } from "../../lint/caveats.ts";
import { NO_IGNORE_USE } from "../../lint/ignores/ignore.ts";
import { imageFacts } from "../../lint/imageFacts.ts";
import type { ImageFacts } from "../../lint/lintResult.ts";
import { Secrets } from "../../lint/secrets/secrets.ts";
import { textsOfBoot } from "../../lint/textsOfBoot.ts";
import { EXIT } from "../exit.ts";
import { type Io, wantsColor } from "../io.ts";
import { checkLaunch, inputFiles, type LaunchFlags, openLaunch } from "../launch.ts";
import { type OpenFlags, openOptions } from "../opening.ts";
import { OWN_FORMATS } from "../options.ts";
import { checkOutputs, parseOutput, writeOutput } from "../output.ts";
import { withLaunch } from "../settings/settings.ts";
import { reportCaveats, reportLeftOut, reportPackages, reportUnread, withTarget } from "../target.ts";

/** The options of `plan`. */
export interface PlanFlags extends LaunchFlags, OpenFlags {
  readonly config?: string;
  readonly format: string;
  readonly color: "auto" | "always" | "never";
}

/** Runs `plan`. Returns the exit status. @throws CommandError */
export async function showPlan(source: string, given: PlanFlags, io: Io): Promise<number> {
  const flags = withLaunch(given, source, io);
  const output = parseOutput(flags.format, OWN_FORMATS.plan);
  checkOutputs([output], [source, ...inputFiles(flags)]);
  const launch = openLaunch(flags);
  return withTarget(source, openOptions(flags), async (target) => {
    checkLaunch(launch, source, target);
    const { image, distro } = target;
    const result = boot(image, { distro, ...launchOf(image, launch) });
    const facts = imageFacts(image, result);
    const caveats = caveatsOf(image, distro);
    const unread = [...image.problems, ...unreadFiles(result.base)];
    if (output.format === "json")
      await writeOutput(io, output, (await import("../../report/json.ts")).planJson(facts, result));
    else if (output.format === "html") await writeOutput(io, output, await planPage(facts, result, caveats, unread));
    else {
      const { planText } = await import("../../report/planText.ts");
      const color = output.file === undefined && wantsColor(flags.color, io);
      await writeOutput(io, output, planText(facts, result, { color, width: io.columns }));
    }
    reportCaveats(source, caveats, io);
    reportPackages(source, distro.packages, io);
    reportLeftOut(source, target, io);
    return reportUnread(source, unread, io) ? EXIT.incomplete : EXIT.clean;
  });
}

/** The plan as a page: that of a lint without rules. */
async function planPage(
  image: ImageFacts,
  booted: BootResult,
  caveats: readonly string[],
  unread: readonly ImageProblem[],
): Promise<string> {
  const [{ planHtml }, { imageReport }] = await Promise.all([
    import("../../report/html/page.ts"),
    import("../../report/imageReport.ts"),
  ]);
  const texts = (path: string) => textsOfBoot(booted, path);
  const secrets = Secrets.ofBoot(booted);
  const result = {
    image,
    findings: [],
    ignored: [],
    ignoreUse: NO_IGNORE_USE,
    caveats,
    unread,
    texts,
    booted,
    secrets,
  };
  return planHtml(imageReport(result, { minSeverity: "info", plan: true }));
}
