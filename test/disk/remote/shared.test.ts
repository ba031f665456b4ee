import { expect, test } from "vitest";
import { openShared } from "../../../src/disk/remote/shared.ts";
import { type RemoteBlocks, RemoteError, type RemoteSource } from "../../../src/disk/remote/source.ts";

const BLOCK = 4096;

/** A source whose block N is filled with N; block 3 is of zeros, and block 9 cannot be had. */
function sourceOf({ together }: { together?: number } = {}) {
  const asked: string[] = [];
  let opened = 0;
  const fill = async (first: number, into: Uint8Array) => {
    await new Promise((done) => setTimeout(done, 5));
    for (let at = 0; at < into.length; at += BLOCK) {
      if (first + at / BLOCK === 9) throw new RemoteError(4, "it is lost");
      into.fill(first + at / BLOCK, at, at + BLOCK);
    }
  };
  const blocks: RemoteBlocks = {
    size: 9.5 * BLOCK,
    blockSize: BLOCK,
    async read(index, into) {
      asked.push(`${index}`);
      await fill(index, into);
      return index !== 3;
    },
    ...(together && {
      together,
      async readRun(first: number, into: Uint8Array) {
        asked.push(`${first}-${first + Math.ceil(into.length / BLOCK) - 1}`);
        await fill(first, into);
      },
    }),
  };
  const open = async (): Promise<RemoteSource> => {
    opened++;
    return { disks: [blocks], usage: () => ({ blocks: asked.length, bytes: 0, requests: asked.length }) };
  };
  return { asked, open, count: () => opened };
}

const memory = (count: number) => new Uint8Array(new SharedArrayBuffer(count * BLOCK));

test("several readers open it once, read each block once, and count it once; the last one closes it", async () => {
  const { asked, open, count } = sourceOf();
  const [one, other] = await Promise.all([openShared("a", open), openShared("a", open)]);
  const read = async (source: RemoteSource, index: number) => {
    const into = memory(1);
    return (await source.disks[0]!.read(index, into)) && into[BLOCK - 1];
  };
  expect(await Promise.all([one, other, one].map((source) => read(source, 2)))).toEqual([2, 2, 2]);
  expect(await Promise.all([other, one].map((source) => read(source, 3)))).toEqual([false, false]);
  expect(await read(other, 4)).toBe(4);
  for (const source of [one, other]) await expect(read(source, 9)).rejects.toThrow("it is lost");
  expect(asked).toEqual(["2", "3", "4", "9"]);
  expect([one.usage(), other.usage(), one.usage()].map(({ blocks }) => blocks)).toEqual([4, 0, 4]);
  one.close?.();
  one.close?.();
  const late = await openShared("a", open);
  expect(await read(late, 4)).toBe(4);
  for (const source of [other, late]) source.close?.();
  expect(count()).toBe(1);
  (await openShared("a", open)).close?.();
  expect(count()).toBe(2);
});

test("of blocks that follow each other, only those that nobody read are read", async () => {
  const { asked, open } = sourceOf({ together: 8 });
  const { disks, close } = await openShared("b", open);
  const [first, all] = [memory(2), memory(7)];
  await Promise.all([disks[0]!.readRun!(2, first), disks[0]!.readRun!(0, all)]);
  expect([2, 3].map((at, index) => first[index * BLOCK] === at)).toEqual([true, true]);
  expect([0, 1, 2, 3, 4, 5, 6].map((at) => all[(at + 1) * BLOCK - 1])).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked).toEqual(["2-3", "0-1", "4-6"]);
  close?.();
});

test("what cannot be opened is asked for again; what can be read only once is each reader's own", async () => {
  const failing = async () => {
    throw new RemoteError(3, "it does not exist");
  };
  await expect(openShared("c", failing)).rejects.toThrow("it does not exist");
  const { open, count } = sourceOf();
  (await openShared("c", open)).close?.();
  expect(count()).toBe(1);
  let streams = 0;
  const streaming = async () => {
    const number = ++streams;
    const stream = { size: number, next: async () => 0, close: () => {} };
    return { disks: [], stream, usage: () => ({ blocks: 0, bytes: 0, requests: 1 }) };
  };
  const both = await Promise.all([openShared("d", streaming), openShared("d", streaming)]);
  expect(new Set(both.map(({ stream }) => stream?.size))).toEqual(new Set([1, 2]));
});
