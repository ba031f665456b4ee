import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { openDirectory } from "../../src/image/directory.ts";
import { catalogue } from "../../src/lint/catalogue.ts";
import { lint } from "../../src/lint/lint.ts";
import { roots, whyNot } from "./realBoot.ts";
import { suites } from "./scenario.ts";

describe.each(suites)("the stock root of %s", (suite) => {
  const obstacle = whyNot(suite);
  test("has nothing above a note", (context) => {
    if (obstacle !== undefined) {
      if (process.env.CLOUD_INIT_LINT_FIRST_BOOT === "required") throw new Error(obstacle);
      context.skip(obstacle);
    }
    const image = openDirectory(join(roots, suite));
    const { findings } = lint(image, { distro: detectDistro(image), rules: catalogue });
    expect(findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => [rule, message])).toEqual(
      [],
    );
  });
});
