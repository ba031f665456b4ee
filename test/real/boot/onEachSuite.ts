import { describe, it } from "vitest";
import { required } from "../describeReal.ts";
import { whyNot } from "./realBoot.ts";
import { type Suite, suites } from "./scenario.ts";

/**
 * Tests on the real root of every release. Where that cannot be done here they are skipped, or fail if
 * CLOUD_INIT_LINT_REAL is "required".
 */
export function onEachSuite(title: string, play: (suite: Suite) => void): void {
  describe.each(suites)(title, (suite) => {
    const obstacle = whyNot(suite);
    if (obstacle === undefined) play(suite);
    else
      it("can boot", (context) => {
        if (required) throw new Error(obstacle);
        context.skip(obstacle);
      });
  });
}
