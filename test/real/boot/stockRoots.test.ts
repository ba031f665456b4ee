import { join } from "node:path";
import { expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { lint } from "../../../src/lint/lint.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { roots } from "../describeReal.ts";
import { onEachSuite } from "./onEachSuite.ts";

onEachSuite("the stock root of %s", (suite) => {
  test("has nothing above a note", () => {
    const image = openDirectory(join(roots, suite));
    const { findings } = lint(image, { distro: detectDistro(image), rules: catalogue });
    expect(findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => [rule, message])).toEqual(
      [],
    );
  });
});
