import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { type Bench, benchNeeds, IMAGES, openBench } from "./bench.ts";

const SCRIPT = resolve("examples/fleet/parallel.sh");
const { clean, findings, refused, missing } = IMAGES;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const lint = async (images: readonly string[], ...options: string[]) => {
  writeFileSync(join(bench.directory, "images.txt"), images.map((id) => `${id}\n`).join(""));
  return bench.run(SCRIPT, ["images.txt", "eu-central-1", "reports", ...options]);
};
/** In place of cloud-init-lint: runs it, and a command before each lint, of which $id is the image. */
const before = (command: string) =>
  `#!/bin/sh\nif [ "$1" = lint ]; then read -r id; ${command}; echo "$id" | "$NODE" "$PROGRAM" "$@"; exit; fi\nexec "$NODE" "$PROGRAM" "$@"\n`;
const report = (name: string) => readFileSync(join(bench.directory, "reports", name), "utf8");
const attempts = () => report("jobs.log").trim().split("\n").slice(1);

describeReal("examples/fleet/parallel.sh", { ...benchNeeds, ...programs("parallel") }, () => {
  test("lints each image of the list once, and makes one report in each format", async () => {
    const { status, out, err } = await lint([clean, findings]);
    expect({ status, err }).toEqual({ status: 1, err: "" });
    expect(out).toContain("sshd-setting-overwritten");
    expect(attempts()).toHaveLength(2);
    const { runs }: Log = JSON.parse(report("fleet.sarif"));
    expect(runs).toHaveLength(1);
    expect(runs[0]!.results).not.toHaveLength(0);
    for (const name of ["fleet.html", "fleet.md"]) expect(report(name)).toContain(findings);
  });

  test("ends with 0 for images without findings, and says which one could not be linted", async () => {
    expect(await lint([clean])).toMatchObject({ status: 0, err: "" });
    const { status, err } = await lint([clean, missing]);
    expect([status, err]).toEqual([3, expect.stringContaining(`ami:${missing}: not linted: `)]);
  });

  test("ends with 4 if a lint was killed, also where an earlier run left a report", async () => {
    await lint([clean, findings]);
    bench.program("cloud-init-lint", before(`if [ "$id" = ${findings} ]; then kill -9 $$; fi`));
    const { status, out, err } = await lint([clean, findings]);
    expect([status, err]).toEqual([4, expect.stringContaining(`${findings}: no report`)]);
    expect(out).not.toContain("sshd-setting-overwritten");
  });

  test("repeats a lint that fails, but not one with findings", async () => {
    bench.env.TRIES = join(bench.directory, "tries");
    bench.program("cloud-init-lint", before('echo "$id" >> "$TRIES"'));
    expect(await lint([findings, refused])).toMatchObject({ status: 4 });
    const tries = readFileSync(bench.env.TRIES, "utf8").trim().split("\n").sort();
    expect(tries).toEqual([findings, refused, refused]);
  });

  test("goes on where it was interrupted", async () => {
    await lint([clean]);
    expect(await lint([clean, findings], "--resume")).toMatchObject({ status: 1 });
    expect(attempts()).toHaveLength(2);
    expect(existsSync(join(bench.directory, "reports", `${clean}.json`))).toBe(true);
  });

  test("a list without images, or one that does not exist, is no report", async () => {
    expect(await lint([])).toMatchObject({ status: 0, err: expect.stringContaining("the list has no images") });
    expect((await bench.run(SCRIPT, ["none.txt", "eu-central-1", "reports"])).status).not.toBe(0);
  });
});
