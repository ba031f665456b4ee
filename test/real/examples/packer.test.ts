import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { BUILT } from "./awsServer.ts";
import { type Bench, IMAGES, openBench } from "./bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** Builds an AMI with the real builder, whose requests reach our server. @param image what the new AMI contains */
function build(image: string) {
  bench.program(
    "cloud-init-lint",
    `#!/bin/sh\nexec "$NODE" "$BENCH/lint.mjs" $(echo "$*" | sed s/${BUILT}/${image}/)\n`,
  );
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

describeReal("examples/packer/amazon-ebs.pkr.hcl", programs("packer", "jq"), () => {
  test("lints the AMI that it built, and fails if there are findings", async () => {
    const { status, out } = await build(IMAGES.findings);
    expect([status, out]).toEqual([1, expect.stringContaining("sshd-setting-overwritten")]);
    expect(bench.aws.requests.map(({ action }) => action)).toContain("CreateImage");
    const [{ artifact_id }] = JSON.parse(readFileSync(join(bench.directory, "packer-manifest.json"), "utf8")).builds;
    expect(artifact_id).toBe(`eu-central-1:${BUILT}`);
    expect(existsSync(join(bench.directory, "cloud-init-lint.sarif"))).toBe(true);
  });

  test("passes for a clean AMI, also of a later build with the same manifest", async () => {
    await build(IMAGES.findings);
    const { status, out } = await build(IMAGES.clean);
    expect([status, out]).toEqual([0, expect.stringContaining("nothing to report")]);
    expect(JSON.parse(readFileSync(join(bench.directory, "packer-manifest.json"), "utf8")).builds).toHaveLength(2);
  });

  test("is formatted as Packer formats it", async () => {
    const { status, out } = await bench.run("packer", ["fmt", "-check", resolve("examples/packer/amazon-ebs.pkr.hcl")]);
    expect({ status, out }).toEqual({ status: 0, out: "" });
  });
});
