/**
 * Lints the images that the real cloud-init boots, and asks whether every customisation that the boot really took has
 * a finding, and whether every finding that is certain really happened.
 */
import { afterAll, expect, it } from "vitest";
import { compareLint, type LintScore, noLintScore } from "./compareLint.ts";
import type { LintObservation } from "./observeLint.ts";
import { observer } from "./observer.ts";
import { onEachSuite } from "./onEachSuite.ts";
import { realBoot } from "./realBoot.ts";
import { combinationsOf, scenariosOf } from "./selection.ts";

const observe = observer<LintObservation>("observeLint.ts");

onEachSuite("%s", (suite) => {
  const score = noLintScore();
  afterAll(() => {
    const { files, filesFound, settings, settingsFound, certain, happened } = score;
    console.log(
      `${suite}: customised files that lost lines ${filesFound} of ${files} found, ` +
        `settings ${settingsFound} of ${settings}; findings that happened ${happened} of ${certain}`,
    );
  });
  const titled = [...scenariosOf(suite), ...combinationsOf(suite)];
  it.concurrent.each(titled.map(({ title, scenario }) => [title, scenario] as const))("%s", async (_, scenario) => {
    const boot = await realBoot(suite, scenario);
    const own = noLintScore();
    const wrong = compareLint(await observe(boot, scenario), scenario, own);
    for (const key of Object.keys(own) as (keyof LintScore)[]) score[key] += own[key];
    if (wrong.length > 0) expect.fail(`${suite} ${scenario.name}\n${wrong.join("\n")}`);
  });
});
