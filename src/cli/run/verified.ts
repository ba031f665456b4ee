import { boot } from "../../boot/boot.ts";
import { lintBooted } from "../../lint/lint.ts";
import { catalogue } from "../../lint/rules/catalogue.ts";
import { escapeText } from "../../report/escape.ts";
import { type ReportedVerification, reportedVerification } from "../../report/reportedVerification.ts";
import type { RealBoot } from "../../verify/realBoot.ts";
import { type GivenLaunch, type SandboxLaunch, sandboxLaunch } from "../../verify/sandboxLaunch.ts";
import { type Verification, verify } from "../../verify/verify.ts";
import { EXIT } from "../exit.ts";
import { type Io, wantsColor } from "../io.ts";
import type { LaunchFlags } from "../launch.ts";
import type { OpenFlags } from "../opening.ts";
import { type Output, writeOutput } from "../output.ts";
import { reportCaveats, reportPackages, reportUnread, type Target } from "../target.ts";

/** The options of `verify`. */
export interface VerifyFlags extends LaunchFlags, OpenFlags {
  readonly format: string;
  readonly save?: string;
  readonly color: "auto" | "always" | "never";
}

/** A verification and how it is reported. */
export interface Compared {
  readonly verification: Verification;
  readonly reported: ReportedVerification;
  /** The datasources that are looked for and that another one took the place of, which ran. */
  readonly instead: readonly string[];
  readonly runs: string;
}

/** Predicts a boot and compares it with the real one. */
export async function compare(
  { image, distro }: Target,
  given: GivenLaunch,
  bootReally: (launch: SandboxLaunch) => Promise<RealBoot>,
): Promise<Compared> {
  const { launch, predicted, instead, runs } = sandboxLaunch(image, distro, given);
  const options = { distro, ...predicted };
  const booted = boot(image, options);
  const result = lintBooted(image, booted, { ...options, rules: catalogue });
  const verification = verify(result, booted, await bootReally(launch));
  return { verification, reported: reportedVerification(verification), instead, runs };
}

/** Writes the report, and what else is to be known to standard error. Returns the exit status. */
export async function report(
  source: string,
  { distro }: Target,
  { verification, reported, instead, runs }: Compared,
  output: Output,
  flags: VerifyFlags,
  io: Io,
): Promise<number> {
  const { result } = verification;
  if (output.format === "json")
    await writeOutput(io, output, (await import("../../report/verifyJson.ts")).verifyJson(reported));
  else if (output.format === "html")
    await writeOutput(io, output, (await import("../../report/html/verify.ts")).verifyHtml(reported));
  else if (output.format === "markdown")
    await writeOutput(io, output, (await import("../../report/verifyMarkdown.ts")).verifyMarkdown(reported));
  else {
    const { verifyText } = await import("../../report/verifyText.ts");
    const color = output.file === undefined && wantsColor(flags.color, io);
    await writeOutput(io, output, verifyText(reported, { color, width: io.columns }));
  }
  const who =
    flags.datasource === undefined && flags.instanceData === undefined ? "this image looks for" : "the launch is of";
  if (instead.length > 0)
    io.err(
      `${escapeText(source)}: warning: ${who} ${escapeText(instead.join(", "))}; it got ${runs}'s data instead, so what only another datasource does is not compared\n`,
    );
  reportCaveats(source, result.caveats, io);
  reportPackages(source, distro.packages, io);
  if (reportUnread(source, result.unread, io)) return EXIT.incomplete;
  return verification.agrees ? EXIT.clean : EXIT.findings;
}
