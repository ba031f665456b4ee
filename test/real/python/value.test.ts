import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pyStr } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
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

  test("any float is written as Python writes it", () => {
    const floats = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 2000);
    const program = "import json, sys; print(json.dumps([str(float(x)) for x in json.load(sys.stdin)]))";
    const input = JSON.stringify(floats.map((float) => (Object.is(float, -0) ? "-0" : String(float))));
    const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    const { node } = parseYaml("x", "x");
    const { position, path } = node!;
    const written = floats.map((value) => pyStr({ type: "scalar", kind: "float", value, position, path }));
    expect(written).toEqual(JSON.parse(stdout));
  });
});
