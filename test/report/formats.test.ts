import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { lintFormats } from "../../src/report/formats.ts";
import { FINDINGS, RULES, result, TEXTS } from "./samples.ts";

const image = result({ findings: FINDINGS, texts: TEXTS });
const report = async (format: string) => {
  const { load, minSeverity } = lintFormats[format]!;
  return (await load())([image], { color: false, width: 80, minSeverity, quiet: false, rules: RULES });
};

test("text leaves notes out unless they are asked for, JSON and SARIF do not", async () => {
  expect(await report("text")).toMatch(/2 errors, 2 warnings; 1 note hidden/);
  expect(JSON.parse(await report("json")).images[0].findings).toHaveLength(5);
  const sarif = JSON.parse(await report("sarif"));
  expect(sarif.runs[0].results).toHaveLength(5);
  expect(sarif.runs[0].tool.driver.semanticVersion).toBe(packageJson.version);
});
