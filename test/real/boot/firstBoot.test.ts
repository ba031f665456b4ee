/**
 * Boots every scenario with the real cloud-init of four releases and compares our plan with what really happened. Lints
 * the images as well, and asks whether every customisation that the boot really took has a finding, and whether every
 * finding that is certain really happened.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compareChanges, noScore, type Score } from "./compare.ts";
import { compareLint, type LintScore, noLintScore } from "./compareLint.ts";
import { compareOutcomes, noOutcomeScore, type OutcomeScore } from "./compareOutcomes.ts";
import { compareSshd } from "./compareSshd.ts";
import { observer } from "./observer.ts";
import { onEachSuite } from "./onEachSuite.ts";
import { realBoot } from "./realBoot.ts";
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

onEachSuite("%s", (suite) => {
  const score = noScore();
  const lintScore = noLintScore();
  const outcomeScore = noOutcomeScore();
  const verdicts = new Verdicts(suite);
  let version: string | null = null;
  const combined = combinationsOf(suite);
  const titled = [...scenariosOf(suite), ...combined].map(({ title, scenario }) => [title, scenario] as const);
  afterAll(() => {
    console.log(report(suite, version, score));
    console.log(reportLint(suite, lintScore));
    console.log(reportOutcomes(suite, outcomeScore));
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
    const own = noScore();
    const ours = await observe(boot, scenario);
    const real = (name: string) => readFileSync(join(boot.directory, name), "utf8");
    const differences = [
      ...compareChanges(boot, ours.plan, own),
      ...compareSshd(ours.sshd.before, real("sshd-before.txt")).map((line) => `before the boot: ${line}`),
      ...compareSshd(ours.sshd.after, real("sshd-after.txt")).map((line) => `after the boot: ${line}`),
    ];
    add(score, own);
    const change = differences.length > 0 ? undefined : verdicts.judge(title, own);
    if (change !== undefined) differences.push(change);
    const ownLint = noLintScore();
    differences.push(...compareLint(ours.lint, scenario, ownLint).map((line) => `lint: ${line}`));
    add(lintScore, ownLint);
    const ownOutcomes = noOutcomeScore();
    differences.push(...compareOutcomes(ours.outcomes, boot, ownOutcomes).map((line) => `outcome: ${line}`));
    add(outcomeScore, ownOutcomes);
    if (differences.length > 0) expect.fail(`${suite} ${scenario.name}\n${differences.join("\n")}`);
  });
});
