import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type Aws, startAws } from "../../aws/server.ts";
import { AMI, image, SNAPSHOT } from "../../aws/world.ts";
import { describeReal, programs } from "../describeReal.ts";

const BLOCK = 512 * 1024;
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-aws-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What the AWS CLI makes of an answer of the server that other tests read. */
async function aws({ url, environment }: Aws, ...args: string[]) {
  const { stdout } = await promisify(execFile)("aws", ["--endpoint-url", url, "--output", "json", ...args], {
    env: { PATH: process.env.PATH, HOME: scratch, ...environment, AWS_DEFAULT_REGION: environment.AWS_REGION },
  });
  return JSON.parse(stdout);
}

describeReal("the server of the tests, read by the AWS CLI", programs("aws"), () => {
  test("describes images and snapshots, lists and gives blocks and parts of objects", async () => {
    const content = Buffer.concat([1, 0, 3].map((byte) => Buffer.alloc(BLOCK, byte)));
    const server = await startAws({
      images: {
        [AMI]: image({ imageOwnerId: "123456789012", productCodes: [{ productCode: "x", type: "marketplace" }] }),
      },
      snapshots: {
        [SNAPSHOT]: { content, described: { status: "completed", encrypted: true, storageTier: "standard" } },
      },
      objects: { "bucket/disk.img": content },
    });
    try {
      const { Images } = await aws(server, "ec2", "describe-images", "--image-ids", AMI);
      expect(Images).toEqual([
        {
          ImageId: AMI,
          State: "available",
          Public: false,
          OwnerId: "123456789012",
          RootDeviceType: "ebs",
          RootDeviceName: "/dev/xvda",
          BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: SNAPSHOT, VolumeSize: 1 } }],
          ProductCodes: [{ ProductCodeId: "x", ProductCodeType: "marketplace" }],
        },
      ]);
      const { Snapshots } = await aws(server, "ec2", "describe-snapshots", "--snapshot-ids", SNAPSHOT);
      expect(Snapshots).toEqual([
        { SnapshotId: SNAPSHOT, State: "completed", Encrypted: true, StorageTier: "standard" },
      ]);

      const list = await aws(server, "ebs", "list-snapshot-blocks", "--snapshot-id", SNAPSHOT, "--max-results", "100");
      expect(list).toMatchObject({ BlockSize: BLOCK, VolumeSize: 1, ExpiryTime: expect.anything() });
      expect(list.Blocks.map(({ BlockIndex }: { BlockIndex: number }) => BlockIndex)).toEqual([0, 2]);

      const file = join(scratch, "block");
      const token = list.Blocks[1].BlockToken;
      const of = ["--snapshot-id", SNAPSHOT, "--block-index", "2", "--block-token", token];
      const block = await aws(server, "ebs", "get-snapshot-block", ...of, file);
      const bytes = readFileSync(file);
      expect(bytes.equals(Buffer.alloc(BLOCK, 3))).toBe(true);
      const Checksum = createHash("sha256").update(bytes).digest("base64");
      expect(block).toMatchObject({ DataLength: BLOCK, Checksum, ChecksumAlgorithm: "SHA256" });

      const part = ["--bucket", "bucket", "--key", "disk.img", "--range", "bytes=524287-524288"];
      const object = await aws(server, "s3api", "get-object", ...part, file);
      expect([...readFileSync(file)]).toEqual([1, 0]);
      expect(object).toMatchObject({ ContentRange: `bytes 524287-524288/${content.length}`, ETag: '"1"' });

      const missing = aws(server, "ebs", "list-snapshot-blocks", "--snapshot-id", "snap-00000000");
      await expect(missing).rejects.toThrow(/ResourceNotFoundException/);
    } finally {
      await server.close();
    }
  });
});
