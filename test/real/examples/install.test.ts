import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { type Bench, benchNeeds, IMAGES, openBench } from "./bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describeReal("the package that the Dockerfile installs", { ...benchNeeds, ...programs("npm") }, () => {
  test("runs without the repository, and reads AMIs", async () => {
    const packed = await bench.run("npm", ["pack", "--silent", "--ignore-scripts", resolve(".")]);
    expect(packed).toMatchObject({ status: 0, out: expect.stringMatching(/^cloud-init-lint-\d+\.\d+\.\d+\.tgz\n$/) });
    const prefix = `${bench.directory}/prefix`;
    const options = ["--global", "--silent", "--offline", "--prefix", prefix];
    expect((await bench.run("npm", ["install", ...options, `./${packed.out.trim()}`])).status).toBe(0);
    expect(readdirSync(`${prefix}/bin`)).toEqual(["cloud-init-lint"]);
    const { status, out } = await bench.run(`${prefix}/bin/cloud-init-lint`, [`ami:${IMAGES.findings}`]);
    expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
  });
});
