import { mayComeOutAs } from "../../../src/image/unknown.ts";
import { isIgnored } from "../../../src/verify/ignoredPaths.ts";
import type { LintObservation, LostSetting, ObservedFinding } from "./observeLint.ts";
import type { Scenario } from "./scenario.ts";

/** How a lint fits what the real boot did. */
export interface LintScore {
  /** Customised files of which the boot took lines, and those that a finding names. */
  files: number;
  filesFound: number;
  /** Customised settings that the boot changed, and those that a finding names. */
  settings: number;
  settingsFound: number;
  /** Findings that are certain of a change, and those of them that happened. */
  certain: number;
  happened: number;
}

export const noLintScore = (): LintScore => ({
  files: 0,
  filesFound: 0,
  settings: 0,
  settingsFound: 0,
  certain: 0,
  happened: 0,
});

/** Compares a lint with what the real cloud-init did. Answers each difference in words. */
export function compareLint(observation: LintObservation, scenario: Scenario, score: LintScore): string[] {
  const { findings } = observation;
  const differences: string[] = [];
  for (const { rule, confidence, loss, happened } of findings) {
    if (confidence !== "certain") continue;
    score.certain++;
    if (happened) score.happened++;
    else differences.push(`${rule}: ${loss.path} ${loss.setting} is not really ${JSON.stringify(loss.after)}`);
  }
  // What the build machine's own cloud-init wrote is no customisation.
  if (scenario.commands?.some((command) => command.includes("cloud-init init"))) return differences;
  for (const { path, lost } of observation.files) {
    if (lost.length === 0 || isIgnored(path) || isExcepted(path)) continue;
    score.files++;
    if (findings.some(({ loss, file }) => samePlace(loss.path, path) || file === path)) score.filesFound++;
    else differences.push(`${path}: no finding, but the boot took ${JSON.stringify(lost[0])}`);
  }
  for (const setting of observation.settings) {
    if ((setting.path !== null && isExcepted(setting.path)) || isUsual(setting)) continue;
    score.settings++;
    if (findings.some((finding) => names(finding, setting))) score.settingsFound++;
    else
      differences.push(
        `${setting.path} ${setting.key}: no finding, but really ${JSON.stringify(setting.after)} after ${JSON.stringify(setting.before)}`,
      );
  }
  return differences;
}

/** Files that a boot may change though they are customised, each with the reason. */
const EXCEPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/cloud\//, "cloud-init's own configuration"],
  [/^\/etc\/ssh\/sshd_config\.d\/50-cloud-init\.conf$/, "cloud-init wrote it; the setting that it makes is compared"],
  [/^\/etc\/apt\/apt\.conf\.d\/90cloud-init-aptproxy$/, "cloud-init's own; the proxy that apt uses is compared"],
  [/^\/swapfile$/, "what is swapped out"],
];

/** The host's own names, which every installer writes: no loss beside names that somebody added. */
function isUsual({ path, before }: LostSetting): boolean {
  return path === "/etc/hosts" && /^(?:127\.|::1)/.test(before);
}

function isExcepted(path: string): boolean {
  return EXCEPTIONS.some(([pattern]) => pattern.test(path));
}

/** A key pair is one thing, and Debian has the time zone in two files. */
function samePlace(one: string, other: string): boolean {
  const place = (path: string) =>
    path.replace(/_key(-cert)?\.pub$/, "_key").replace(/^\/etc\/timezone$/, "/etc/localtime");
  return place(one) === place(other);
}

function names({ loss }: ObservedFinding, { key, path }: LostSetting): boolean {
  if (loss.setting !== null && mayComeOutAs(loss.setting, key)) return true;
  return loss.path === path && loss.setting === path;
}
