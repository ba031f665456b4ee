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

test.each([
  ["s3://AKIDEXAMPLE:secret@bucket/key", /^s3:\/\/<<hidden:userinfo>>@bucket\/key: credentials cannot stand in .*AWS_/],
  ["s3://Bucket name/key", /^s3:\/\/Bucket name\/key: "Bucket name" is not the name of a bucket$/],
  ["s3://../key", /: "\.\." is not the name of a bucket$/],
  ["s3://bucket:443/key", /: "bucket:443" is not the name of a bucket$/],
  ["s3://arn:aws:s3:eu-central-1:123456789012:accesspoint/name/key", /; use the alias of an access point$/],
])("%s is wrong usage", async (name, message) => {
  const { calls } = await start({ objects });
  expect(await refusal(openObject(name, {}, noWait))).toEqual([2, expect.stringMatching(message)]);
  expect(calls).toEqual([]);
});

test("keys and buckets are meant as they are written", async () => {
  const names = [
    "a%20b",
    "a b+c",
    "/a",
    "a//b",
    "ü€😀.img",
    "a?versionId=1",
    "a#b",
    "a&b=c",
    "'()*!",
    "a%2Fb",
    "%",
    "x/ ",
  ];
  const all = names.flatMap((key) => [`bucket/${key}`, `my.bucket_X-1/${key}`]);
  await start({ objects: Object.fromEntries(all.map((name) => [name, Buffer.from(name)])) });
  for (const name of all) {
    const { disks } = await openObject(`${name.startsWith("b") ? "s3" : "S3"}://${name}`, {}, noWait);
    expect(String(await blockOf(disks[0]!, 0))).toBe(name);
  }
});

test("what fails after all attempts is not tried again for each block", async () => {
  const { calls } = await start({ objects, fault: ({ before }) => (before > 0 ? "reset" : undefined) });
  const { disks } = await openObject(NAME, {}, noWait);
  for (const index of [1, 2]) await expect(blockOf(disks[0]!, index)).rejects.toThrow("8 attempts");
  expect(calls.length).toBe(9);
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
