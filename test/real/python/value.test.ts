import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { STRINGS } from "../../python/pythonStrings.ts";
import { pyYaml } from "../../python/yaml/pyyaml.ts";
import { describeReal } from "../describeReal.ts";

describeReal("pyStr", pyYaml(), () => {
  test("the recorded strings are Python's", () => {
    const program = "import json, sys, yaml; print(json.dumps([str(yaml.safe_load(t)) for t in json.load(sys.stdin)]))";
    const input = JSON.stringify(STRINGS.map(([yaml]) => yaml));
    const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(STRINGS.map(([, str]) => str));
  });
});
