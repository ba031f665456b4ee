import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Room } from "../../src/disk/temporary.ts";
import { openDirectory } from "../../src/image/directory.ts";
import { openImage } from "../../src/image/open.ts";
import { unpack } from "../../src/image/unpack.ts";
import { type Entry, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const own = (entry: Entry): Entry => ({ ...entry, uid, gid });

/** Opens an archive as a stream, of which everything is kept. */
async function openWhole(...entries: Entry[]) {
  const path = join(tree({}), "x.tar.gz");
  writeFileSync(path, gzipSync(tarball(entries.map(own))));
  return await openImage(path, () => false, { isWhole: true });
}

const room = (most = 2 ** 20) => new Room(tree({}), "a directory", most);

test("the files of an archive that can be read only once are written as they are", async () => {
  const image = await openWhole(
    { name: "etc/", type: "5", mode: 0o750 },
    { name: "etc/hostname", content: "old\n" },
    { name: "etc/hostname", content: "web1\n", mode: 0o4711 },
    { name: "etc/same", type: "1", link: "etc/hostname" },
    { name: "etc/link", type: "2", link: "/nowhere" },
    { name: "etc/null", type: "3" },
  );
  const directory = tree({});
  await unpack(image, directory, room());
  image.close?.();
  expect(image.problems).toEqual([]);
  expect(readdirSync(`${directory}/etc`).sort()).toEqual(["hostname", "link", "same"]);
  expect(readFileSync(`${directory}/etc/same`, "utf8")).toBe("web1\n");
  const { ino, mode } = statSync(`${directory}/etc/hostname`);
  expect([statSync(`${directory}/etc/same`).ino, mode & 0o7777]).toEqual([ino, 0o4711]);
  expect(readlinkSync(`${directory}/etc/link`)).toBe("/nowhere");
  expect(lstatSync(`${directory}/etc`).mode & 0o7777).toBe(0o750);
});

test("links of the image lead nowhere outside", async () => {
  const outside = tree({});
  const image = await openWhole(
    { name: "etc", type: "2", link: outside },
    { name: "etc/hostname", content: "web1\n" },
    { name: "../up", content: "up\n" },
  );
  const directory = tree({});
  await unpack(image, directory, room());
  image.close?.();
  expect(readdirSync(outside)).toEqual([]);
  expect(readlinkSync(`${directory}/etc`)).toBe(outside);
  expect(readFileSync(`${directory}${outside}/hostname`, "utf8")).toBe("web1\n");
  expect(image.problems).toEqual([{ path: "../up", reason: "its name points outside the image" }]);
});

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
