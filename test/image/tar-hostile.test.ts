import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { type Image, readText } from "../../src/image/image.ts";
import { whole } from "../samples.ts";
import { bothWays, opened } from "./contents.ts";
import { type Entry, pax, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

async function each(entries: readonly Entry[], check: (image: Image) => void): Promise<void> {
  for (const image of await bothWays(tarball(entries))) check(image);
}

describe("what programs write that others do not", () => {
  test("GNU cpio splits a directory's name in two at its end", async () => {
    await each([{ name: "", prefix: `${"d".repeat(110)}`, type: "5" }, { name: "etc/x" }], (image) => {
      expect(image.list("/")).toEqual(["d".repeat(110), "etc"]);
      expect(image.stat(`/${"d".repeat(110)}`)?.kind).toBe("directory");
    });
  });

  test("bytes follow whatever is no link, device or directory by its type, and only then", async () => {
    const types = ["1", "2", "3", "4", "5", "6"].map(
      (type): Entry => ({ name: `t${type}`, type, link: "a", size: 700 }),
    );
    await each(
      [{ name: "a" }, { name: "etc/", content: "bytes" }, ...types, { name: "etc/x", content: "x" }],
      (image) => {
        expect(image.stat("/etc")?.kind).toBe("directory");
        expect(readText(image, "/etc/x")).toBe("x");
        expect(image.problems).toEqual([]);
      },
    );
  });

  test("a map of holes that fills many blocks, with empty pieces", async () => {
    const pieces = Array.from({ length: 500 }, (_, i) => `${i * 10}\n${i % 2}\n`).join("");
    const map = `500\n${pieces}`;
    const content = map.padEnd(Math.ceil(map.length / 512) * 512, "\0") + "x".repeat(250);
    await each([pax({ "GNU.sparse.major": "1", "GNU.sparse.realsize": "5000" }), { name: "x", content }], (image) => {
      const expected = Array.from({ length: 500 }, (_, i) => (i % 2 ? "x" : "\0") + "\0".repeat(9)).join("");
      expect(readText(image, "/x")).toBe(expected);
    });
  });

  test("a directory whose name is not UTF-8 is listed, and nothing below it can be asked for, as in a directory", async () => {
    const root = tree({ "etc/x": "" });
    const name = Buffer.from("etc/caf\xe9", "latin1");
    mkdirSync(Buffer.concat([Buffer.from(`${root}/`), name]));
    const below = Buffer.concat([name, Buffer.from("/below")]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), below]), "x");
    const bytes = tarball([{ name: "etc/", type: "5" }, { name: "etc/x" }, { name, type: "5" }, { name: below }]);
    for (const image of [openDirectory(root), ...(await bothWays(bytes))]) {
      expect(image.list("/etc")).toEqual(["caf\ufffd", "x"]);
      expect(image.stat("/etc/caf\ufffd")).toBeUndefined();
      expect(image.list("/etc/caf\ufffd")).toEqual([]);
      expect(image.problems).toEqual([{ path: "/etc/caf\ufffd", reason: "its name is not UTF-8" }]);
    }
  });
});

test("a map of holes that is not that of the bytes is a problem of its file", async () => {
  for (const [map, size] of [
    ["0,4,10,4", "20"],
    ["0,2,10,3", "12"],
  ] as const)
    await each([pax({ "GNU.sparse.map": map, "GNU.sparse.size": size }), { name: "x", content: "12345" }], (image) => {
      expect(image.read("/x")).toBeUndefined();
      expect(image.problems).toEqual([{ path: "/x", reason: "its sparse map is damaged" }]);
    });
});

test("what is no number is told in one line", async () => {
  for (const image of opened(tarball([pax({ size: "1\n\x1b[2J" }), {}])))
    await expect(image).rejects.toMatchObject({
      status: 4,
      message: expect.stringMatching(/invalid number: 1\?\?\[2J$/),
    });
});

describe("no archive costs more than it is worth", () => {
  test("links are no longer than Linux has them", async () => {
    const long = "l".repeat(5000);
    await each([pax({ linkpath: long }), { name: "etc/a", type: "2" }, { name: "etc/b" }], (image) => {
      expect(image.list("/etc")).toEqual(["b"]);
      expect(image.problems).toEqual([{ path: "etc/a", reason: "its link target is too long" }]);
    });
  });

  test.runIf(whole)("attributes that nobody asks for are forgotten", async () => {
    const junk = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, ""]));
    const members = Array.from({ length: 10_000 }, (_, i): Entry => ({ name: `etc/${i}` }));
    await each([pax({ ...junk, uid: "7" }, "g"), ...members], (image) => {
      expect(image.list("/etc")).toHaveLength(10_000);
      expect(image.stat("/etc/5")?.uid).toBe(7);
    });
  });
});
