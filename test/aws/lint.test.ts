import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { launchOf } from "../../src/boot/cloud/implied.ts";
import { UNKNOWN_CLOUD } from "../../src/config/seed.ts";
import { memoryImage } from "../../src/image/memory.ts";
import type { ImageReport } from "../../src/report/imageReport.ts";
import { readInWords } from "../../src/report/readRemotely.ts";
import { whole } from "../samples.ts";
import { type Aws, startAws, type World } from "./server.ts";
import { AMI, image, SNAPSHOT } from "./world.ts";

const { base64 } = JSON.parse(readFileSync("test/aws/root.json", "utf8")) as { base64: string };
const root = Buffer.from(base64, "base64");
const [SWAP, EMPTY] = ["snap-00000001", "snap-00000002"];

/** A disk with a swap area of 1 MiB. */
const swap = Buffer.alloc(2 ** 20);
swap.writeUInt32LE(1, 1024);
swap.write("SWAPSPACE2", 4086);

async function withAws(action: (aws: Aws) => Promise<void>, fault: World["fault"] = () => undefined): Promise<void> {
  const aws = await startAws({
    fault,
    images: { [AMI]: image() },
    snapshots: {
      [SNAPSHOT]: { content: root },
      [SWAP]: { content: swap },
      [EMPTY]: { content: Buffer.alloc(1), written: [], volumeSize: 65_536 },
    },
    objects: { "bucket/root.img": root },
  });
  try {
    await action(aws);
  } finally {
    await aws.close();
  }
}

/** Runs the program, whose thread reads from the server in this process. */
async function run({ environment }: Aws, ...args: string[]) {
  const env = { PATH: process.env.PATH, ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: undefined };
  try {
    const { stdout, stderr } = await promisify(execFile)("bin/cloud-init-lint.js", args, { env });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

test("an AMI is linted on Ec2, and the report says how much was read", () =>
  withAws(async (aws) => {
    const { status, stdout, stderr } = await run(aws, `ami:${AMI}`);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(/^ami:ami-0123456789abcdef0: Debian 12, cloud-init 22.4.2.*, datasource Ec2\n/);
    expect(stdout).toMatch(/\nRead 1 block \(0\.5 MiB\) in 3 requests, less than \$0\.0001\.\n$/);
  }));

test("of several images, what holds no system is never clean; an object in S3 is of no cloud", () =>
  withAws(async (aws) => {
    const names = [`ebs:${SNAPSHOT}`, "s3://bucket/root.img", `ebs:${SWAP}`, `ebs:${EMPTY}`, "ami:ami-00000000"];
    const { status, stdout, stderr } = await run(aws, ...names, "-j", "1", "-f", "json", "--region", "us-east-1");
    expect(status).toBe(3);
    const { images } = JSON.parse(stdout);
    expect(images.map(({ image }: { image: object }) => image)).toMatchObject([
      { source: `ebs:${SNAPSHOT}`, datasource: "Ec2" },
      { source: "s3://bucket/root.img", datasource: null },
    ]);
    // How much was read is no fact of the image.
    expect(images[0].findings).toEqual(images[1].findings);
    expect(stdout).not.toContain("usage");
    expect(stderr).toMatch(
      /snap-00000001.*swap.*\n.*snap-00000002.*\n.*ami-00000000 does not exist in us-east-1, .*\n$/,
    );
    expect(aws.calls.every(({ region }) => region === "us-east-1")).toBe(true);
  }));

test("a block that is refused while an image is opened is told with each name once", () =>
  withAws(
    async (aws) => {
      const { status, stderr } = await run(aws, `ami:${AMI}`);
      expect(status).toBe(4);
      expect(stderr).toMatch(
        /^cloud-init-lint: ami:ami-0123456789abcdef0: snap-0123456789abcdef0 cannot be read: AccessDenied/,
      );
      const rejected = await run(aws, `ebs:${SWAP}`);
      expect(rejected.stderr).toMatch(/^cloud-init-lint: ebs:snap-00000001: AWS rejects the credentials/);
    },
    ({ operation, id }) =>
      operation !== "GetSnapshotBlock"
        ? undefined
        : { status: 403, type: id === SWAP ? "AuthFailure" : "AccessDeniedException" },
  ));

test("what is read of the AMI that others are compared with is told once", () =>
  withAws(async (aws) => {
    const pristine = ["--pristine", `ami:${AMI}`];
    const one = await run(aws, "fixtures/debian-12-hardened", ...pristine);
    expect(one).toMatchObject({ status: 0, stderr: "" });
    expect(one.stdout).toMatch(/\nRead 1 block \(0\.5 MiB\) in 3 requests, less than \$0\.0001\.\n$/);
    if (!whole) return;
    const asked = aws.calls.splice(0).length;
    const several = await run(aws, `ami:${AMI}`, `ebs:${SNAPSHOT}`, "fixtures/debian-12", ...pristine, "-j", "2");
    const requests = /\nRead (\d+) blocks .* in (\d+) requests, /.exec(several.stdout)?.slice(1).map(Number);
    expect([asked, requests]).toEqual([
      3,
      [aws.calls.filter(({ operation }) => operation === "GetSnapshotBlock").length, aws.calls.length],
    ]);
  }));

test("its datasource is Ec2 unless the launch names another, or its data are of another", () => {
  const onEc2 = Object.assign(memoryImage({}), {
    remote: { datasource: "Ec2", usage: () => ({ blocks: 0, bytes: 0, requests: 0 }), readAhead: async () => {} },
  });
  const datasourceOf = (launch: Parameters<typeof launchOf>[1]) => launchOf(onEc2, launch).datasource;
  expect(datasourceOf({})).toBe("Ec2");
  expect(datasourceOf({ datasource: "NoCloud" })).toBe("NoCloud");
  const cloud = (datasource: string) => ({ cloud: { ...UNKNOWN_CLOUD, datasource } });
  expect(["NoCloud", "Ec2", "ConfigDrive"].map((name) => datasourceOf(cloud(name)))).toEqual(["Ec2", "Ec2", undefined]);
  expect(launchOf(memoryImage({}), {})).toEqual({});
});

test("what was read of all images is one sentence", () => {
  const words = (...usages: object[]) => readInWords(usages.map((usage) => ({ usage })) as unknown as ImageReport[]);
  expect(readInWords([])).toBe("");
  expect(words({ blocks: 1, bytes: 2 ** 19, requests: 1 })).toBe("Read 1 block (0.5 MiB) in 1 request");
  const priced = { blocks: 80, bytes: 80 * 2 ** 19, requests: 82, price: 0.00024 };
  expect(words(priced, priced)).toBe("Read 160 blocks (80.0 MiB) in 164 requests, about $0.0005");
});

test("threads open the AMI that they compare with once; what is read of images that cannot be linted counts", () =>
  withAws(async (aws) => {
    const names = ["s3://bucket/root.img", "fixtures/debian-12", `ebs:${SWAP}`, `ebs:${EMPTY}`, "s3://bucket/none"];
    const { status, stdout } = await run(aws, ...names, "--pristine", `ami:${AMI}`, "-j", "3");
    expect(status).toBe(3);
    const asked = (operation: string, id?: string) =>
      aws.calls.filter((call) => call.operation === operation && (id ?? call.id) === call.id).length;
    expect([
      asked("DescribeImages"),
      asked("ListSnapshotBlocks", SNAPSHOT),
      asked("GetSnapshotBlock", SNAPSHOT),
      asked("GetSnapshotBlock", SWAP),
    ]).toEqual([1, 1, 1, 1]);
    const [, blocks, requests] = /\nRead (\d+) blocks .* in (\d+) requests, /.exec(stdout) ?? [];
    // The object that does not exist has no blocks.
    expect([blocks, requests].map(Number)).toEqual([
      asked("GetSnapshotBlock") + asked("GetObject", "bucket/root.img"),
      aws.calls.length - asked("GetObject", "bucket/none"),
    ]);
  }));
