import { describe, expect, test } from "vitest";
import { openAmi, openSnapshots } from "../../src/disk/ebs/open.ts";
import type { RemoteSource } from "../../src/disk/remote/source.ts";
import { blockOf } from "../disk/remote/blockOf.ts";
import type { Call, Fault, SnapshotOfTest } from "./server.ts";
import { AMI, image, refusal, SNAPSHOT, useAws } from "./world.ts";

const BLOCK = 512 * 1024;
const NAME = `ebs:${SNAPSHOT}`;

const start = useAws();

/** Blocks that are told apart by their first byte; 0 is one of zeros. */
const disk = (...bytes: number[]) => Buffer.concat(bytes.map((byte) => Buffer.alloc(BLOCK, byte)));
const noWait = async () => {};

const read = async (source: RemoteSource, index: number, at = 0) => (await blockOf(source.disks[at]!, index))?.[0];

const times =
  (count: number, operation: Call["operation"], fault: Fault) =>
  (call: Call): Fault | undefined =>
    call.operation === operation && call.before < count ? fault : undefined;

describe("the blocks of a snapshot", () => {
  test("are read when they are asked for, and counted; those that are not written are zeros", async () => {
    const { calls } = await start({ snapshots: { [SNAPSHOT]: { content: disk(1, 0, 3) } } });
    const source = await openSnapshots(NAME, {});
    expect(source.disks.map(({ size, blockSize }) => [size, blockSize])).toEqual([[2 ** 30, BLOCK]]);
    expect(source.datasource).toBe("Ec2");
    expect([await read(source, 2), await read(source, 1), await read(source, 2047)]).toEqual([3, undefined, undefined]);
    expect(calls.map(({ operation, index }) => [operation, index])).toEqual([
      ["ListSnapshotBlocks", 0],
      ["GetSnapshotBlock", 2],
    ]);
    expect(source.usage()).toEqual({ blocks: 1, bytes: BLOCK, requests: 2, price: expect.closeTo(0.0000036, 9) });
  });

  test("of a disk of 64 TiB are listed where they are needed", async () => {
    const last = 2 ** 27 - 1;
    const written = [...Array.from({ length: 4200 }, (_, index) => index), 70_000_000, last];
    const { calls } = await start({ snapshots: { [SNAPSHOT]: { content: disk(1), written, volumeSize: 65_536 } } });
    const source = await openSnapshots(NAME, {});
    expect(source.disks[0]!.size).toBe(2 ** 46);
    expect([await read(source, 70_000_000), await read(source, last), await read(source, last - 1)]).toEqual([
      0,
      0,
      undefined,
    ]);
    expect(calls.filter(({ operation }) => operation === "ListSnapshotBlocks").map(({ index }) => index)).toEqual([
      0, 69_996_544,
    ]);
  });

  test("come in small and empty pages, whose tokens expire", async () => {
    const expired = { status: 400, type: "ValidationException", reason: "INVALID_PAGE_TOKEN" };
    const { calls } = await start({
      snapshots: { [SNAPSHOT]: { content: disk(1, 2, 3, 4), pageSize: 1 } },
      fault: ({ pageToken, before }) =>
        before > 0 || pageToken === undefined
          ? undefined
          : before === 0 && pageToken === page(1)
            ? "empty-page"
            : pageToken === page(2)
              ? expired
              : undefined,
    });
    const source = await openSnapshots(NAME, {});
    expect(await Promise.all([0, 1, 2, 3].map((index) => read(source, index)))).toEqual([1, 2, 3, 4]);
    const lists = calls.filter(({ operation }) => operation === "ListSnapshotBlocks");
    expect(lists.map(({ index, pageToken }) => pageToken ?? index)).toEqual([0, page(1), page(1), page(2), 2, page(3)]);
  });

  test("have tokens that expire, and are listed again", async () => {
    const expired = { status: 400, type: "ValidationException", reason: "INVALID_BLOCK_TOKEN" };
    const { calls } = await start({
      snapshots: { [SNAPSHOT]: { content: disk(1, 2) } },
      fault: times(1, "GetSnapshotBlock", expired),
    });
    const source = await openSnapshots(NAME, {});
    expect(await Promise.all([read(source, 0), read(source, 1)])).toEqual([1, 2]);
    expect(calls.filter(({ operation }) => operation === "ListSnapshotBlocks").length).toBe(2);
  });

  const PASSING: Readonly<Record<string, Fault>> = {
    "throttling of the snapshot": { status: 400, type: "RequestThrottledException", reason: "RESOURCE_LEVEL_THROTTLE" },
    "throttling of the account": { status: 400, type: "ThrottlingException" },
    "a fault of the server": { status: 500, type: "InternalServerException" },
    "a server that is too busy": { status: 503, type: "ServiceUnavailable" },
    "a closed connection": "reset",
    "a body that ends early": "truncated",
    "a body that is too short": "short",
    "a body that does not match its checksum": "changed",
    "a body without a checksum": "no-checksum",
  };
  test.each(Object.keys(PASSING))("are asked for again after %s", async (name) => {
    const fault = PASSING[name]!;
    await start({
      snapshots: { [SNAPSHOT]: { content: disk(7) } },
      fault: ({ operation, before }) => {
        const isOfBody = typeof fault === "string" && !["reset", "truncated"].includes(fault);
        return before < 2 && !(isOfBody && operation === "ListSnapshotBlocks") ? fault : undefined;
      },
    });
    const source = await openSnapshots(NAME, {}, noWait);
    expect(await read(source, 0)).toBe(7);
    expect(source.usage()).toMatchObject({ blocks: 1, bytes: BLOCK });
  });

  test("are given up after eight attempts, with what happened", async () => {
    const { calls } = await start({
      snapshots: { [SNAPSHOT]: { content: disk(7) } },
      fault: ({ operation, before }) =>
        operation !== "GetSnapshotBlock"
          ? undefined
          : before < 3
            ? { status: 400, type: "ThrottlingException", message: "slow down" }
            : "changed",
    });
    expect(await refusal(openSnapshots(NAME, {}, noWait))).toEqual([
      4,
      `${SNAPSHOT} cannot be read: ThrottlingException: slow down (3 times); block 0 does not match its checksum (5 times); 8 attempts`,
    ]);
    expect(calls.length).toBe(9);
  });

  test.each<[string, Partial<SnapshotOfTest>, Fault | undefined, RegExp]>([
    ["blocks of an odd size", { blockSize: 1000 }, undefined, /blocks of 1000 bytes/],
    ["blocks of 0 bytes", { blockSize: 0, written: [] }, undefined, /blocks of 0 bytes/],
    ["a volume that is too large", { volumeSize: 65_537 }, undefined, /a volume of 65537 GiB/],
    ["a volume of nothing", { volumeSize: 0 }, undefined, /a volume of 0 GiB/],
    ["blocks beyond the end", { written: [0, 2048] }, undefined, /block 2048 after 0 of 2048/],
    ["blocks in another order", {}, "descending", /block 0 after 1 of 2048/],
  ])("are refused where the list gives %s", async (_, options, fault, message) => {
    await start({ snapshots: { [SNAPSHOT]: snapshot(options) }, fault: () => fault });
    expect(await refusal(openSnapshots(NAME, {}, noWait))).toEqual([4, expect.stringMatching(message)]);
  });

  test("are refused where a later list gives another size", async () => {
    await start({
      snapshots: {
        [SNAPSHOT]: { content: disk(1), written: Array.from({ length: 5000 }, (_, index) => index), volumeSize: 8 },
      },
      fault: ({ index }) => (index > 0 ? "other-size" : undefined),
    });
    expect(await refusal(openSnapshots(NAME, {}, noWait), 4999)).toEqual([
      4,
      expect.stringMatching(/others than before/),
    ]);
  });

  const snapshot = (options: Partial<SnapshotOfTest>) => ({ content: disk(1, 2), ...options });
  const page = (index: number) => Buffer.from(`page:${index}`).toString("base64");
});

describe("the disks of an AMI", () => {
  test("are its snapshots, the root's first", async () => {
    const data = "snap-00000001";
    await start({
      images: {
        [AMI]: image({
          blockDeviceMapping: [
            { deviceName: "/dev/sdb", ebs: { snapshotId: data } },
            { deviceName: "/dev/sdc", ebs: { volumeSize: 8 } },
            { deviceName: "/dev/sdd", virtualName: "ephemeral0" },
            { deviceName: "/dev/xvda", ebs: { snapshotId: SNAPSHOT } },
          ],
        }),
      },
      snapshots: { [SNAPSHOT]: { content: disk(1) }, [data]: { content: disk(2) } },
    });
    const source = await openAmi(`ami:${AMI}`, {});
    expect([source.disks.length, await read(source, 0, 0), await read(source, 0, 1)]).toEqual([2, 1, 2]);
    const both = await openSnapshots(`ebs:${data}+${NAME}`, {});
    expect([await read(both, 0, 0), await read(both, 0, 1)]).toEqual([2, 1]);
  });
});
