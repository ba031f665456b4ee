import type { BootResult } from "../../boot/boot.ts";
import type { ImageProblem } from "../../image/image.ts";
import { NO_IGNORE_USE } from "../../lint/ignores/ignore.ts";
import { imageFacts } from "../../lint/imageFacts.ts";
import type { ImageFacts } from "../../lint/lintResult.ts";
import { Secrets } from "../../lint/secrets/secrets.ts";
import { textsOfBoot } from "../../lint/textsOfBoot.ts";
import { type Io, wantsColor } from "../io.ts";
import { OWN_FORMATS } from "../options.ts";
import { writeOutput } from "../output.ts";
import { type BootFlags, showBoot } from "./boot.ts";

/** The options of `plan`. */
export interface PlanFlags extends BootFlags {
  readonly color: "auto" | "always" | "never";
}

/** Runs `plan`. Returns the exit status. @throws CommandError */
export async function showPlan(source: string, flags: PlanFlags, io: Io): Promise<number> {
  return await showBoot(source, flags, io, {
    formats: OWN_FORMATS.plan,
    async show({ image, result, caveats, unread, output }) {
      const facts = imageFacts(image, result);
      if (output.format === "json")
        await writeOutput(io, output, (await import("../../report/json.ts")).planJson(facts, result));
      else if (output.format === "html") await writeOutput(io, output, await planPage(facts, result, caveats, unread));
      else {
        const { planText } = await import("../../report/planText.ts");
        const color = output.file === undefined && wantsColor(flags.color, io);
        await writeOutput(io, output, planText(facts, result, { color, width: io.columns }));
      }
    },
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
