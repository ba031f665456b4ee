/**
 * Boots every scenario with the real cloud-init of four releases and compares our plan with what really happened. Lints
 * the images as well, and asks whether every customisation that the boot really took has a finding, and whether every
 * finding that is certain really happened. Then boots each image again with all its safe fixes in place.
 */
import { afterAll, expect, it } from "vitest";
import type { RealBoot } from "./bootDirectory.ts";
import { noScore, type Score } from "./compare.ts";
import { compareBoot, sshdOf } from "./compareBoot.ts";
import { besideFixes, compareFixes, type FixScore, noFixScore } from "./compareFixes.ts";
import { type LintScore, noLintScore } from "./compareLint.ts";
import { noOutcomeScore, type OutcomeScore } from "./compareOutcomes.ts";
import { fixedScenario } from "./fixedScenario.ts";
import type { Observation } from "./observe.ts";
import { observer } from "./observer.ts";
import { onEachSuite } from "./onEachSuite.ts";
import { realBoot } from "./realBoot.ts";
import type { Scenario, Suite } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { combinationsOf, scenariosOf } from "./selection.ts";
import { Verdicts } from "./verdicts.ts";

const observe = observer();

const percent = (part: number, whole: number) =>
  `${whole === 0 ? "100.0" : ((100 * part) / whole).toFixed(1)} % (${part}/${whole})`;

function report(suite: string, version: string | null, score: Score): string {
  const shares = [
    `recall ${percent(score.known, score.real)}`,
    `precision ${percent(score.happened, score.planned)}`,
    `equal content ${percent(score.equal, score.contents)}`,
    `unknown content of ${score.unknown}`,
  ];
  return `${suite}, cloud-init ${version}: ${shares.join(", ")}`;
}

function reportLint(suite: string, score: LintScore): string {
  const { files, filesFound, settings, settingsFound, certain, happened } = score;
  return (
    `${suite}: customised files that lost lines ${filesFound} of ${files} found, ` +
    `settings ${settingsFound} of ${settings}; findings that happened ${happened} of ${certain}`
  );
}

function reportOutcomes(suite: string, score: OutcomeScore): string {
  const { failures, failuresFound, failuresExcused, requests, missed, missedFound, missedExcused } = score;
  const { added, addedFound, addedExcused } = score;
  return (
    `${suite}: failed modules ${failuresFound} of ${failures} found, ${failuresExcused} with a reason to be silent; ` +
    `of ${requests} requests ${missed} not met: ${missedFound} found, ${missedExcused} with a reason; ` +
    `added files ${addedFound} of ${added} found, ${addedExcused} with a reason`
  );
}

function add<Counts extends object>(sum: Counts, own: Counts): void {
  for (const key of Object.keys(own) as (keyof Counts)[]) (sum[key] as number) += own[key] as number;
}

function reportFixes(suite: string, { images, findings, fixed, losses, kept }: FixScore): string {
  return (
    `${suite}: ${images} images with fixes booted: ${fixed} of ${findings} findings fixed, ` +
    `${kept} of ${losses} lost settings kept`
  );
}

onEachSuite("%s", (suite) => {
  const score = noScore();
  const lintScore = noLintScore();
  const outcomeScore = noOutcomeScore();
  const fixScore = noFixScore();
  const verdicts = new Verdicts(suite);
  let version: string | null = null;
  const combined = combinationsOf(suite);
  const titled = [...scenariosOf(suite), ...combined].map(({ title, scenario }) => [title, scenario] as const);
  afterAll(() => {
    console.log(report(suite, version, score));
    console.log(reportLint(suite, lintScore));
    console.log(reportOutcomes(suite, outcomeScore));
    console.log(reportFixes(suite, fixScore));
    verdicts.keep(version, (title) => {
      const combination = /^combination[^:]*:/.exec(title)?.[0];
      // Another run may make more combinations, but under the same number only this one.
      if (combination !== undefined)
        return !combined.some((other) => other.title.startsWith(combination) && other.title !== title);
      return scenarios.some(({ name }) => name === title);
    });
  });
  it.concurrent.each(titled)("%s", async (title, scenario) => {
    const boot = await realBoot(suite, scenario);
    version ??= boot.cloudInit;
    const ours = await observe(boot, scenario);
    const [own, ownLint, ownOutcomes] = [noScore(), noLintScore(), noOutcomeScore()];
    const differences = compareBoot(boot, scenario, ours, own, ownLint, ownOutcomes);
    const change = differences.length > 0 ? undefined : verdicts.judge(title, own);
    if (change !== undefined) differences.push(change);
    const ownFixes = noFixScore();
    differences.push(...(await compareFixed(suite, boot, scenario, ours, ownFixes)));
    const fewer = verdicts.judgeFixes(title, ownFixes.fixed);
    if (fewer !== undefined) differences.push(fewer);
    add(score, own);
    add(lintScore, ownLint);
    add(outcomeScore, ownOutcomes);
    add(fixScore, ownFixes);
    if (differences.length > 0) expect.fail(`${suite} ${scenario.name}\n${differences.join("\n")}`);
  });
});

/** Boots the image once more with its safe fixes in place: all at once, and alone those that exclude others. */
async function compareFixed(
  suite: Suite,
  boot: RealBoot,
  scenario: Scenario,
  original: Observation,
  score: FixScore,
): Promise<string[]> {
  const differences: string[] = [];
  for (const [number, image] of original.fixes.entries()) {
    const name = number === 0 ? "fixed" : `fixed-${number + 1}`;
    const fixedAs = fixedScenario(scenario, boot, image.edits, `${scenario.name}-${name}`);
    const fixedBoot = await realBoot(suite, fixedAs);
    const fixed = besideFixes(original, await observe(fixedBoot, fixedAs, image.findings), image);
    const sshd = {
      before: sshdOf(boot, "before"),
      after: sshdOf(boot, "after"),
      fixed: sshdOf(fixedBoot, "after"),
    };
    const own = [
      ...compareFixes(original, fixed, image, sshd, score),
      ...compareBoot(fixedBoot, fixedAs, fixed, noScore(), noLintScore(), noOutcomeScore()),
    ];
    differences.push(...own.map((line) => `${name}: ${line}`));
  }
  return differences;
}
