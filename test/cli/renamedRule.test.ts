import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { whole } from "../samples.ts";
import type * as RunModule from "./run.ts";
import { inScratchDirectory } from "./scratch.ts";

/** The command line with a rule that had other names in earlier versions. Test files share modules, so that it is loaded apart, which takes seconds. */
let run: typeof RunModule.run;
beforeAll(async () => {
  if (!whole) return;
  vi.resetModules();
  vi.doMock("../../dist/rules.json", async (original) => {
    const { default: rules } = await original<{ default: { id: string }[] }>();
    const renamed = { aliases: ["key-not-known", "key-misspelt"] };
    return { default: rules.map((rule) => (rule.id === "schema-key-unknown" ? { ...rule, ...renamed } : rule)) };
  });
  ({ run } = await import("./run.ts"));
});
afterAll(() => {
  if (!whole) return;
  vi.doUnmock("../../dist/rules.json");
  vi.resetModules();
});

inScratchDirectory(() => writeFileSync("user-data.yaml", "#cloud-config\nhostnme: web\n"));

async function lint(...args: string[]) {
  const { status, out, err } = await run("user-data.yaml", ...args, "-f", "json");
  const [image] = JSON.parse(out).images as { findings: { rule: string }[]; ignored: { rule: string }[] }[];
  return { status, err, findings: image!.findings.map(({ rule }) => rule), ignored: image!.ignored.length };
}

const ALL_IGNORED = { status: 0, err: "", findings: [], ignored: 1 };

test.runIf(whole)(
  "the earlier names of a rule still stand for it: in a baseline, in ignores, in the configuration and as options",
  async () => {
    const entry = (rule: string) => `{"rule":"${rule}","path":"user-data.yaml","line":"hostnme: web","count":1}`;
    for (const name of ["key-not-known", "key-misspelt", "schema-key-unknown"]) {
      writeFileSync("b.json", `{"version": 1, "findings": [${entry(name)}]}`);
      expect(await lint("--baseline", "b.json")).toEqual(ALL_IGNORED);
      expect(await lint("--rule", `${name}=warning`)).toMatchObject({ status: 0, findings: ["schema-key-unknown"] });
      writeFileSync(".cloud-init-lint.yaml", `ignores: [{ rule: ${name}, reason: a test }]\n`);
      expect(await lint()).toEqual(ALL_IGNORED);
      writeFileSync(".cloud-init-lint.yaml", `rules: { ${name}: off }\n`);
      expect(await lint()).toEqual({ ...ALL_IGNORED, ignored: 0 });
      rmSync(".cloud-init-lint.yaml");
    }
    // Writing names it as it is named now, whichever names two baselines had.
    writeFileSync("b.json", `{"version": 1, "findings": [${entry("key-misspelt")}]}`);
    await run("user-data.yaml", "./missing", "--baseline", "b.json", "--write-baseline", "b.json");
    expect(readFileSync("b.json", "utf8").match(/"rule":"[^"]*"/g)).toEqual(['"rule":"schema-key-unknown"']);
    writeFileSync("user-data.yaml", "#cloud-config\nhostnme: web # cloud-init-lint: ignore[key-misspelt] a test\n");
    expect(await lint()).toEqual(ALL_IGNORED);
  },
);
