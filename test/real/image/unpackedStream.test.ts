/** Archives that can be read only once, unpacked as root, as `verify` does: owners are kept. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Room } from "../../../src/disk/temporary.ts";
import { openImage } from "../../../src/image/open.ts";
import { unpack } from "../../../src/image/unpack.ts";
import { type Entry, tarball } from "../../image/tarball.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal } from "../describeReal.ts";

/** Opens an archive as a stream, of which everything is kept. */
async function openWhole(...entries: Entry[]) {
  const path = join(tree({}), "x.tar.gz");
  writeFileSync(path, gzipSync(tarball(entries)));
  return await openImage(path, () => false, { isWhole: true });
}

const room = () => new Room(tree({}), "a directory", 2 ** 20);

describeReal("an archive that can be read only once", asRoot, () => {
  test("the files are written as they are", async () => {
    const image = await openWhole(
      { name: "etc/", type: "5", mode: 0o750 },
      { name: "etc/hostname", content: "old\n" },
      { name: "etc/hostname", content: "web1\n", mode: 0o4711, uid: 1234, gid: 5678 },
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
    const { ino, mode, uid, gid } = statSync(`${directory}/etc/hostname`);
    expect([statSync(`${directory}/etc/same`).ino, mode & 0o7777, uid, gid]).toEqual([ino, 0o4711, 1234, 5678]);
    expect(readlinkSync(`${directory}/etc/link`)).toBe("/nowhere");
    expect(lstatSync(`${directory}/etc`).mode & 0o7777).toBe(0o750);
  });

  test("its links lead nowhere outside", async () => {
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
});
