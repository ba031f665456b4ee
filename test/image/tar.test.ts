import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Image, ImageError, readText } from "../../src/image/image.ts";
import { READ_LIMIT } from "../../src/image/limits.ts";
import { openImage } from "../../src/image/open.ts";
import { whole as inRealSet, sample } from "../samples.ts";
import recorded from "./archives.json" with { type: "json" };
import { bothWays, contents, keepAll, refusal } from "./contents.ts";
import { type Entry, pax, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

const { gzipSync } = zlib;

// What test/real/image/tar.test.ts packs, as GNU tar 1.34 and Python 3.11 wrote it.
describe("archives that real programs wrote", () => {
  const unpacked = (base64: string) => zlib.gunzipSync(Buffer.from(base64, "base64"));
  const all = Object.entries(JSON.parse(String(unpacked(recorded.expected))));

  test.each<{ name: string; bytes: string; without?: string }>(recorded.archives)(
    "$name",
    async ({ bytes, without }) => {
      const expected = all.filter(([path]) => without === undefined || !new RegExp(without).test(path));
      for (const image of await bothWays(unpacked(bytes))) {
        expect(contents(image)).toEqual(Object.fromEntries(expected));
        expect(image.problems).toEqual([]);
      }
    },
  );
});

describe("the tree is what unpacking would give", () => {
  async function each(
    entries: readonly Entry[],
    check: (image: Image) => void,
    end?: Buffer<ArrayBuffer>,
  ): Promise<void> {
    for (const image of await bothWays(tarball(entries, end))) check(image);
  }

  test("the last of several members wins, and a directory keeps what is in it", async () => {
    await each(
      [
        { name: "etc/x", content: "first" },
        { name: "etc/y", content: "y" },
        { name: "./etc/x", content: "last", mode: 0o600 },
        { name: "etc/", type: "5", mode: 0o700 },
        { name: "was/a/b", content: "b" },
        { name: "was", type: "2", link: "etc" },
      ],
      (image) => {
        expect(readText(image, "/etc/x")).toBe("last");
        expect(image.stat("/etc/x")?.mode).toBe(0o600);
        expect(image.stat("/etc")).toMatchObject({ kind: "directory", mode: 0o700 });
        expect(image.list("/etc")).toEqual(["x", "y"]);
        expect(image.readlink("/was")).toBe("etc");
        expect(image.stat("/was/a")).toBeUndefined();
        expect(image.problems).toEqual([]);
      },
    );
  });

  test("absolute names and those with dots are confined, those that lead out are problems", async () => {
    await each(
      [
        { name: "/etc/absolute", content: "1" },
        { name: ".//etc/./dots/../plain", content: "2" },
        { name: "../../etc/shadow", content: "3" },
        { name: "etc/../../x", content: "4" },
        { name: "lib", type: "2", link: "/../../usr/lib" },
        { name: "lib/through", content: "5" },
      ],
      (image) => {
        expect(readText(image, "/etc/absolute")).toBe("1");
        expect(readText(image, "/etc/plain")).toBe("2");
        expect(readText(image, "/usr/lib/through")).toBe("5");
        expect(image.list("/etc")).toEqual(["absolute", "plain"]);
        expect(image.list("/")).toEqual(["etc", "lib", "usr"]);
        expect(image.problems).toEqual([
          { path: "../../etc/shadow", reason: "its name points outside the image" },
          { path: "etc/../../x", reason: "its name points outside the image" },
        ]);
      },
    );
  });

  test("hard links share their file; one to nothing is a problem", async () => {
    await each(
      [
        { name: "etc/a", content: "shared" },
        { name: "etc/b", type: "1", link: "./etc/a" },
        { name: "etc/a", content: "replaced" },
        { name: "etc/c", type: "1", link: "etc/none" },
        { name: "etc/d", type: "1", link: "../etc/a" },
      ],
      (image) => {
        expect(readText(image, "/etc/b")).toBe("shared");
        expect(readText(image, "/etc/a")).toBe("replaced");
        expect(image.list("/etc")).toEqual(["a", "b"]);
        expect(image.problems.map(({ path }) => path)).toEqual(["/etc/c", "../etc/a", "/etc/d"]);
      },
    );
  });

  test("devices are never opened, whiteouts are plain names, files have nothing below them", async () => {
    await each(
      [
        { name: "dev/sda", type: "4" },
        { name: "etc/hosts", type: "3" },
        { name: "etc/.wh.passwd", content: "" },
        { name: "etc/passwd", content: "p" },
        { name: "etc/passwd/below", content: "x" },
      ],
      (image) => {
        expect(image.stat("/dev/sda")?.kind).toBe("special");
        expect(image.read("/etc/hosts")).toBeUndefined();
        expect(image.list("/etc")).toEqual([".wh.passwd", "hosts", "passwd"]);
        expect(readText(image, "/etc/passwd")).toBe("p");
        expect(image.problems).toEqual([
          { path: "/etc/passwd/below", reason: "in the archive it is below /etc/passwd, which is a file" },
        ]);
      },
    );
  });

  test("attributes for all members, and an old directory that only its slash tells", async () => {
    await each(
      [pax({ uid: "77", comment: "=" }, "g"), { name: "old/" }, pax({ path: "etc/ö", uid: "5" }), {}],
      (image) => {
        expect(image.stat("/old")).toMatchObject({ kind: "directory", uid: 77 });
        expect(image.stat("/etc/ö")).toMatchObject({ kind: "file", uid: 5 });
      },
    );
  });

  test("without its end mark it may be truncated, which is a problem", async () => {
    await each(
      [{ name: "etc/x", content: "x" }],
      (image) => {
        expect(readText(image, "/etc/x")).toBe("x");
        expect(image.problems.map(({ path }) => path)).toEqual(["the archive"]);
      },
      Buffer.alloc(0),
    );
  });

  test("what is too large or was not kept is a problem when it is asked for", async () => {
    const root = tree({});
    const large = pax({
      "GNU.sparse.major": "1",
      "GNU.sparse.minor": "0",
      "GNU.sparse.realsize": String(READ_LIMIT + 1),
    });
    const bytes = tarball([
      { name: "usr/a", content: "a" },
      large,
      { name: "etc/b", content: "0\n".padEnd(512, "\0") },
    ]);
    writeFileSync(join(root, "x.tar.gz"), gzipSync(bytes));
    const image = await openImage(join(root, "x.tar.gz"), (path) => path !== "/usr/a");
    expect(image.stat("/usr/a")?.size).toBe(1);
    expect(image.problems).toEqual([]);
    expect([image.read("/usr/a"), image.read("/etc/b")]).toEqual([undefined, undefined]);
    expect(image.problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("only commonly needed files"),
      expect.stringContaining("too large"),
    ]);
  });
});

test("an archive that shrinks while it is read is a problem", async () => {
  const path = join(tree({}), "x.tar");
  writeFileSync(path, tarball([{ name: "etc/x", content: "x".repeat(100) }]));
  const image = await openImage(path, keepAll);
  truncateSync(path, 550);
  expect(image.read("/etc/x")).toBeUndefined();
  expect(image.problems).toEqual([{ path: "/etc/x", reason: "the archive has changed since it was opened" }]);
});

describe("what cannot be read whole is refused", () => {
  const whole = tarball([
    { name: "etc/x", content: "x".repeat(1500) },
    { name: "etc/y", content: "y" },
  ]);

  test("truncated anywhere", async () => {
    for (const length of [100, 513, 1000, 2047, 2049, 2560, 3000]) {
      const error = await refusal(whole.subarray(0, length));
      expect([length, error.status]).toEqual([length, length < 512 ? 3 : 4]);
      if (length >= 512) expect(error.message).toMatch(/truncated/);
      if (length >= 512) expect((await refusal(gzipSync(whole.subarray(0, length)))).message).toMatch(/truncated/);
    }
  });

  test("a damaged header, size, extension or map", async () => {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(0x7f, 2048 + 5);
    expect(await refusal(damaged)).toMatchObject({ status: 4, message: expect.stringContaining("byte 2048") });
    const bad: Entry[][] = [
      [{ type: "x", content: "99999 path=x\n" }, {}],
      [{ type: "x", content: "no records" }, {}],
      [pax({ size: "1e3" }), {}],
      [{ type: "L", size: 2 ** 30 }, {}],
      [pax({ "GNU.sparse.major": "1" }), { content: "99999999999\n".padEnd(512, "\0") }],
      [pax({ "GNU.sparse.map": "5,1,0,1" }), { content: "ab" }],
      [{ type: "M" }],
      [{ name: "etc/x", size: 2 ** 33 - 1 }],
    ];
    for (const entries of bad) {
      const bytes = tarball([{ name: "etc/first" }, ...entries]);
      expect([entries, (await refusal(bytes)).status]).toEqual([entries, 4]);
      expect([entries, (await refusal(gzipSync(bytes))).status]).toEqual([entries, 4]);
    }
  });

  test("gzip that is truncated, damaged, holds something else, or expands without end", async () => {
    const zipped = gzipSync(
      Buffer.concat([whole, Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i) % 251))]),
    );
    expect(await refusal(zipped.subarray(0, zipped.length - 20))).toMatchObject({ status: 4 });
    const damaged = Buffer.from(zipped);
    damaged.writeUInt8(~damaged[zipped.length - 6]! & 0xff, zipped.length - 6);
    expect((await refusal(damaged)).message).toMatch(/damaged/);
    expect((await refusal(gzipSync("#cloud-config\n"))).message).toMatch(/contains no tar archive or disk image/);
    expect(await refusal(gzipSync(""))).toMatchObject({ status: 3 });
    if (!inRealSet) return;
    const zeros = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    const bomb = Buffer.concat([gzipSync(tarball([{ size: 2 ** 33 - 1 }], Buffer.alloc(0))), ...Array(40).fill(zeros)]);
    expect(await refusal(bomb)).toMatchObject({ status: 4, message: expect.stringContaining("expands") });
  });

  test("empty, no archive", async () => {
    expect(await refusal(Buffer.alloc(0))).toMatchObject({ status: 3, message: expect.stringContaining("is empty") });
    expect(await refusal(Buffer.alloc(10240))).toMatchObject({ status: 3 });
  });

  // An archive of a file etc/x with 1500 letters, as `zstd -19`, `xz` and `bzip2` compress it.
  test.each([
    ["zstd", "KLUv/WQAD+0BALJCCRHApwMAaFlN/Zd7y97L6P8vA039mpEHddAL73tNYF2z+28KJEsIIIAfIPAFu//OUweYPOCCgOHsZIrlrx4C"],
    [
      "xz",
      "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4A//AEhdADKdCIYU9MYCXWq6cG4VJvWdBeh/POXrar94kc3f1xzDaGnY3lBxo5Gp2PnppxGrXL4dDY8F3F7PozR6vWoCGwcVU1xTjgzQAABrhhjkfLDI0wABZIAgAAAAPYbkQbHEZ/sCAAAAAARZWg==",
    ],
    [
      "bzip2",
      "QlpoOTFBWSZTWcW4eY4AADPbgsiAQEDdgAAIagAeQAACCAggAFQygmTQyMD1IJFBGhkNAH3lCCXsgFF9WxHSc0hgznONmiTEXgiF8mS+rCDeXDQrhJJaI3skDsgMI/F3JFOFCQxbh5jg",
    ],
  ])("%s", async (_name, base64) => {
    const bytes = Buffer.from(base64, "base64");
    const path = join(tree({}), "x.tar");
    writeFileSync(path, bytes);
    expect((await openImage(path, keepAll)).stat("/etc/x")?.size).toBe(1500);
    expect(await refusal(bytes.subarray(0, bytes.length >> 1))).toMatchObject({ status: 4 });
  });
});

test("any bytes give a tree or a refusal, and the same from a file and a stream", async () => {
  const archive = tarball([
    { name: "etc/", type: "5" },
    pax({ path: "etc/long", size: "5" }),
    { content: "12345" },
    { name: "etc/link", type: "2", link: "../x" },
    { name: "etc/hard", type: "1", link: "etc/long" },
    { type: "L", content: "etc/gnu\0" },
    { content: "gnu" },
    pax({ "GNU.sparse.major": "1", "GNU.sparse.realsize": "9", "GNU.sparse.name": "etc/sparse" }),
    { content: Buffer.concat([Buffer.from("1\n4\n5\n".padEnd(512, "\0")), Buffer.from("holes")]) },
    { name: "etc/old", type: "S", content: "x" },
  ]);
  const root = tree({});
  const plain = join(root, "x.tar");
  const zipped = join(root, "x.tar.gz");
  const outcome = async (path: string): Promise<unknown> => {
    try {
      const image = await openImage(path, keepAll);
      return { found: contents(image), problems: image.problems };
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      return error.status;
    }
  };
  const edit = fc.tuple(fc.nat(archive.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 4 }),
      fc.boolean(),
      fc.nat(archive.length),
      async (edits, fix, cut) => {
        const bytes = Buffer.from(cut % 4 === 0 ? archive.subarray(0, cut) : archive);
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        // Most edits only break a checksum: mend them all.
        if (fix)
          for (let at = 0; at + 512 <= bytes.length; at += 512)
            if (bytes.toString("latin1", at + 257, at + 262) === "ustar") {
              bytes.write("        ", at + 148);
              const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
              bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
            }
        writeFileSync(plain, bytes);
        writeFileSync(zipped, gzipSync(bytes));
        expect(await outcome(zipped)).toEqual(await outcome(plain));
      },
    ),
    { numRuns: sample(40, 400) },
  );
});
