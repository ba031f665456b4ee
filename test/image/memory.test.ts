import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { type Image, readText } from "../../src/image/image.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { tree } from "./tree.ts";

const onDisk = (): Image => {
  const root = tree({
    "usr/bin/sh": "shell",
    bin: { link: "usr/bin" },
    "etc/cloud/cloud.cfg": "users: []\n",
    "etc/link.cfg": { link: "/etc/cloud/cloud.cfg" },
    "etc/dangling": { link: "nowhere/at/all" },
    "etc/\u{1f600}": "",
    "etc/\uff5e": "",
    "etc/Z": "",
    "etc/a": "",
  });
  chmodSync(join(root, "etc/a"), 0o4750);
  return openDirectory(root);
};

const inMemory = (): Image =>
  memoryImage({
    "/bin/sh": "shell",
    "/bin": { link: "usr/bin" },
    "/etc/cloud/cloud.cfg": Buffer.from("users: []\n"),
    "/etc/link.cfg": { link: "/etc/cloud/cloud.cfg" },
    "/etc/dangling": { link: "nowhere/at/all" },
    "/etc/\u{1f600}": "",
    "/etc/\uff5e": "",
    "/etc/Z": "",
    "/etc/a": { mode: 0o4750 },
  });

test.each([
  ["a directory", onDisk, process.getuid?.() ?? 0],
  ["memory", inMemory, 0],
])("an image in %s answers alike", (_, open, uid) => {
  const image = open();
  expect(image.list("/")).toEqual(["bin", "etc", "usr"]);
  // U+FF5E before U+1F600: code points, not UTF-16 units.
  expect(image.list("/etc")).toEqual(["Z", "a", "cloud", "dangling", "link.cfg", "\uff5e", "\u{1f600}"]);
  expect(image.list("/bin")).toEqual(["sh"]);
  expect(image.list("/etc/a")).toEqual([]);
  expect(image.list("/none")).toEqual([]);
  expect(readText(image, "/bin/sh")).toBe("shell");
  expect(readText(image, "/etc/link.cfg")).toBe("users: []\n");
  expect(readText(image, "/etc/dangling")).toBeUndefined();
  expect(image.stat("/bin")).toMatchObject({ kind: "directory", mode: 0o755, uid });
  expect(image.lstat("/bin")).toMatchObject({ kind: "symlink", size: 7 });
  expect(image.lstat("/bin/")?.kind).toBe("directory");
  expect(image.stat("/etc/a")).toMatchObject({ kind: "file", size: 0, mode: 0o4750 });
  expect(image.stat("/etc/link.cfg")).toMatchObject({ kind: "file", size: 10, mode: 0o644 });
  expect(image.stat("/etc/dangling")).toBeUndefined();
  expect(image.lstat("/etc/none")).toBeUndefined();
  expect(image.readlink("/bin")).toBe("usr/bin");
  expect(image.readlink("/etc/a")).toBeUndefined();
  expect(image.readlink("/bin/sh")).toBeUndefined();
  expect(image.realpath("/bin/sh")).toBe("/usr/bin/sh");
  expect(image.realpath("/bin/../new/file")).toBe("/usr/new/file");
  expect(image.realpath("/etc/dangling")).toBe("/etc/nowhere/at/all");
  expect(image.realpath("/")).toBe("/");
  expect(image.problems).toEqual([]);
});

test("names are sorted as Python sorts them, by code points", () => {
  const names = ["10.cfg", "9.cfg", "B.cfg", "a.cfg", ".cfg", "\uff5e.cfg", "\u{1f600}.cfg", "\u00e4.cfg"];
  const image = memoryImage(Object.fromEntries(names.map((name) => [`/d/${name}`, ""])));
  expect(image.list("/d")).toEqual([
    ".cfg",
    "10.cfg",
    "9.cfg",
    "B.cfg",
    "a.cfg",
    "\u00e4.cfg",
    "\uff5e.cfg",
    "\u{1f600}.cfg",
  ]);
});

test("directories, owners and the image's own root can be given", () => {
  const image = memoryImage({
    "/": { directory: true, mode: 0o700 },
    "/home/me/.ssh/authorized_keys": { content: "key", uid: 1000, gid: 1001, mode: 0o600 },
    "/home/me": { directory: true, uid: 1000 },
  });
  expect(image.stat("/")?.mode).toBe(0o700);
  expect(image.stat("/home/me")).toMatchObject({ uid: 1000, mode: 0o755 });
  expect(image.stat("/home/me/.ssh/authorized_keys")).toMatchObject({ uid: 1000, gid: 1001, mode: 0o600, size: 3 });
  expect(image.source).toBe("memory");
});

test("contradictions are refused", () => {
  expect(() => memoryImage({ "/a": "x", "/a/b": "y" })).toThrow("/a is not a directory");
  expect(() => memoryImage({ "/a": "x", "//a": "y" })).toThrow("given twice");
  expect(() => memoryImage({ "/a": { link: "b" }, "/b": { link: "a" }, "/a/x": "" })).toThrow("loop");
});
