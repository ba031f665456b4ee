import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { action, runAction } from "../../action/actionFiles.ts";
import { startAws } from "../../aws/server.ts";
import { required, roots } from "../describeReal.ts";

// The Node that the runner has for the action, put there by make-nodes.sh.
const line = action.runs.using.replace(/^node/, "");
const nodes = join(roots, "../nodes");
const version = existsSync(nodes) ? readdirSync(nodes).find((name) => name.startsWith(`${line}.`)) : undefined;

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  mkdirSync(join(workspace, ".git"));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

test.runIf(required)("the Node of the action is there", () => {
  expect(version).toBeDefined();
});

describe.runIf(version !== undefined)("the action, with its own Node,", () => {
  const node = join(nodes, version ?? "", "node");
  const hardened = resolve("fixtures/debian-12-hardened");

  test("lints several images, each in a thread, as this Node does", async () => {
    const image = [hardened, resolve("fixtures/debian-12"), resolve("fixtures/ubuntu-24.04")].join("\n");
    const options = "--jobs=2";
    const own = await runAction(workspace, { image, options }, { node });
    expect(own).toMatchObject({
      status: 1,
      err: "",
      outputs: { status: "1", errors: expect.stringMatching(/^[1-9]/) },
    });
    expect(own).toEqual(await runAction(workspace, { image, options }));
  });

  test("lints an AMI with the SDK beside the program", async () => {
    const disk = join(workspace, "disk.img");
    execFileSync("mkfs.ext4", ["-q", "-d", hardened, disk, "64M"]);
    const blockDeviceMapping = [{ deviceName: "/dev/xvda", ebs: { snapshotId: "snap-0000000000000000b" } }];
    const id = "ami-0000000000000000b";
    const aws = await startAws({
      images: {
        [id]: { imageState: "available", rootDeviceType: "ebs", rootDeviceName: "/dev/xvda", blockDeviceMapping },
      },
      snapshots: { "snap-0000000000000000b": { content: disk } },
    });
    try {
      const { status, out, outputs } = await runAction(
        workspace,
        { image: `ami:${id}` },
        { node, env: aws.environment },
      );
      expect(status, out).toBe(1);
      expect(out).toContain("sshd-setting-overwritten");
      expect(outputs).toMatchObject({ status: "1", errors: expect.stringMatching(/^[1-9]/) });
    } finally {
      await aws.close();
    }
  });
});
