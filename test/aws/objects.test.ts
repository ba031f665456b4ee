import { expect, test } from "vitest";
import { openObject } from "../../src/disk/ebs/s3.ts";
import { blockOf } from "../disk/remote/blockOf.ts";
import type { Fault } from "./server.ts";
import { refusal, useAws } from "./world.ts";

const BLOCK = 256 * 1024;
const start = useAws();
const noWait = async () => {};
const content = Buffer.concat([Buffer.alloc(BLOCK, 1), Buffer.alloc(BLOCK, 2), Buffer.alloc(100, 3)]);
const NAME = "s3://bucket/images/a b.img";
const objects = { "bucket/images/a b.img": content, "bucket/empty": Buffer.alloc(0) };

test("an object is read by ranges, with retries", async () => {
  for (const fault of ["truncated", "reset", { status: 503, type: "SlowDown" }] as Fault[]) {
    await start({ objects, fault: ({ before }) => (before % 2 === 0 ? fault : undefined) });
    const source = await openObject(NAME, {}, noWait);
    const blocks = await Promise.all([0, 1, 2].map((index) => blockOf(source.disks[0]!, index)));
    expect(blocks.map((block) => [block?.[0], block?.length])).toEqual([
      [1, BLOCK],
      [2, BLOCK],
      [3, 100],
    ]);
    expect(source.usage()).toMatchObject({ blocks: 3, bytes: content.length });
    expect(source).not.toHaveProperty("datasource");
  }
});

test.each<[string, string, Fault | undefined, number, RegExp]>([
  ["no object", "s3://bucket", undefined, 2, /^s3:\/\/bucket: not the name of an object; an example is/],
  ["a bucket that does not exist", "s3://other/x", undefined, 3, /bucket other does not exist$/],
  ["an object that does not exist", "s3://bucket/x", undefined, 3, /object x does not exist$/],
  ["an empty object", "s3://bucket/empty", undefined, 3, /is empty$/],
  [
    "an object that is not shared",
    NAME,
    { status: 403, type: "AccessDenied" },
    4,
    /; allow s3:GetObject, and kms:Decrypt/,
  ],
  ["an archived object", NAME, { status: 403, type: "InvalidObjectState" }, 4, /it is archived; restore it first/],
])("%s is refused", async (_, name, fault, status, message) => {
  await start({ objects, fault: () => fault });
  expect(await refusal(openObject(name, {}, noWait))).toEqual([status, expect.stringMatching(message)]);
});

test("an object that changes, or has other parts than it says, is refused", async () => {
  await start({ objects, fault: ({ before }) => (before > 0 ? "other-size" : undefined) });
  expect(await refusal(openObject(NAME, {}, noWait), 1)).toEqual([
    4,
    expect.stringMatching(/changed while it was read/),
  ]);
  await start({ objects, fault: ({ before }) => (before > 0 ? "short" : undefined) });
  expect(await refusal(openObject(NAME, {}, noWait), 1)).toEqual([
    4,
    expect.stringMatching(/262143 bytes instead of 262144; 8 att/),
  ]);
});
