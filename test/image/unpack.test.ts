import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { Room } from "../../src/disk/temporary.ts";
import { openDirectory } from "../../src/image/directory.ts";
import { unpack } from "../../src/image/unpack.ts";
import { tree } from "./tree.ts";

const room = (most = 2 ** 20) => new Room(tree({}), "a directory", most);

test("what takes more than is allowed is refused, and holes take nothing", async () => {
  const source = tree({ "etc/zeros": "\0".repeat(2 ** 20), "etc/data": "x".repeat(100_000) });
  const directory = tree({});
  await unpack(openDirectory(source), directory, room(100_000));
  expect(readFileSync(`${directory}/etc/zeros`).equals(Buffer.alloc(2 ** 20))).toBe(true);
  await expect(unpack(openDirectory(source), tree({}), room(99_999))).rejects.toThrow(
    "it needs a directory of more than 1 MiB; allow more with --max-temporary",
  );
});

test("times are kept, and what cannot be read is a problem of the image", async () => {
  const image = openDirectory(tree({ "etc/hostname": "web1\n", "etc/damaged": "x" }));
  const whole = (path: string) => {
    const entry = image.whole?.(path);
    if (entry === undefined) return undefined;
    const read = () => {
      throw new Error("it is damaged");
    };
    return path === "/etc/damaged" ? { ...entry, read } : { ...entry, mtime: 1_000_000_000 };
  };
  const directory = tree({});
  await unpack({ ...image, whole }, directory, room());
  expect(statSync(`${directory}/etc/hostname`).mtimeMs).toBe(1_000_000_000_000);
  expect(statSync(`${directory}/etc`).mtimeMs).toBe(1_000_000_000_000);
  expect(image.problems).toEqual([{ path: "/etc/damaged", reason: "it is damaged" }]);
});
