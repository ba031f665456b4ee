import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RealBoot } from "./bootDirectory.ts";
import { compareChanges, type Score } from "./compare.ts";
import { compareLint, type LintScore } from "./compareLint.ts";
import { compareOutcomes, type OutcomeScore } from "./compareOutcomes.ts";
import { compareSshd } from "./compareSshd.ts";
import type { Observation } from "./observe.ts";
import type { Scenario } from "./scenario.ts";

/** What `sshd -T` printed in the image before or after its boot. */
export function sshdOf({ directory }: RealBoot, when: "before" | "after"): string {
  return readFileSync(join(directory, `sshd-${when}.txt`), "utf8");
}

/** Compares everything that our code says of one boot with what really happened. Answers each difference in words. */
export function compareBoot(
  boot: RealBoot,
  scenario: Scenario,
  { plan, sshd, lint, outcomes, contradictions }: Observation,
  score: Score,
  lintScore: LintScore,
  outcomeScore: OutcomeScore,
): string[] {
  return [
    ...compareChanges(boot, plan, score),
    ...compareSshd(sshd.before, sshdOf(boot, "before")).map((line) => `before the boot: ${line}`),
    ...compareSshd(sshd.after, sshdOf(boot, "after")).map((line) => `after the boot: ${line}`),
    ...compareLint(lint, scenario, lintScore).map((line) => `lint: ${line}`),
    ...compareOutcomes(outcomes, boot, outcomeScore).map((line) => `outcome: ${line}`),
    ...contradictions.map((line) => `verify: ${line}`),
  ];
}
