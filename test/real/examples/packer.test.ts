import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { BUILT } from "./awsServer.ts";
import { type Bench, benchNeeds, openBench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

/** Builds an AMI with the real builder, whose requests reach our server. */
function build() {
  const variables = {
    region: "eu-central-1",
    source_ami: "ami-0123456789abcdef0",
    communicator: "none",
    endpoint: bench.aws.url,
  };
  Object.assign(bench.env, {
    AWS_POLL_DELAY_SECONDS: "1",
    CHECKPOINT_DISABLE: "1",
    PACKER_CONFIG_DIR: bench.directory,
  });
  const set = Object.entries(variables).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  return bench.run("packer", ["build", "-color=false", ...set, resolve("examples/packer/amazon-ebs.pkr.hcl")]);
}

describeReal("examples/packer/amazon-ebs.pkr.hcl", { ...benchNeeds, ...programs("packer", "jq") }, () => {
  test("lints the AMI that it built, and fails if there are findings", async () => {
    bench = await openBench([], "findings");
    const { status, out } = await build();
    expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
    expect(out).toContain(`ami:${BUILT}: Debian 12`);
    expect(bench.aws.requests.map(({ action }) => action)).toContain("CreateImage");
    expect(existsSync(join(bench.directory, "cloud-init-lint.sarif"))).toBe(true);
  });

  test("passes for a clean AMI, also that of a second build with the same manifest", async () => {
    bench = await openBench([], "clean");
    for (const builds of [1, 2]) {
      expect(await build()).toMatchObject({ status: 0, out: expect.stringContaining("nothing to report") });
      const manifest = JSON.parse(readFileSync(join(bench.directory, "packer-manifest.json"), "utf8"));
      expect(manifest.builds).toHaveLength(builds);
      expect(manifest.builds.at(-1).artifact_id).toBe(`eu-central-1:${BUILT}`);
    }
  });

  test("is formatted as Packer formats it", async () => {
    bench = await openBench();
    const { status, out } = await bench.run("packer", ["fmt", "-check", resolve("examples/packer/amazon-ebs.pkr.hcl")]);
    expect({ status, out }).toEqual({ status: 0, out: "" });
  });
});
