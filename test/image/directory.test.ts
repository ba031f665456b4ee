import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { type Image, ImageError, readText } from "../../src/image/image.ts";
import { READ_LIMIT } from "../../src/image/limits.ts";
import { openImage } from "../../src/image/open.ts";
import { tree } from "./tree.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** Runs as a user who may not read everything; tests run by such a user need no change. */
function unprivileged<T>(action: () => T): T {
  if (!isRoot) return action();
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

function problemAt(image: Image, path: string): string | undefined {
  return image.problems.find((problem) => problem.path === path)?.reason;
}

function failure(action: () => unknown): ImageError {
  try {
    action();
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

test("a link out of the image leads to the image's own file, never to the machine's", () => {
  const outside = tree({ "secret.cfg": "from outside" });
  const root = tree({
    "etc/cloud/up.cfg": { link: "../../../../../../../../etc/hostname" },
    "etc/cloud/absolute.cfg": { link: join(outside, "secret.cfg") },
    "etc/dir": { link: outside },
    "etc/passwd-of": { link: "/../../../etc/machine" },
    "etc/machine": "of the image",
  });
  const image = openDirectory(root);
  expect(image.read("/etc/cloud/up.cfg")).toBeUndefined();
  expect(image.read("/etc/cloud/absolute.cfg")).toBeUndefined();
  expect(image.read("/etc/dir/secret.cfg")).toBeUndefined();
  expect(image.list("/etc/dir")).toEqual([]);
  expect(image.stat("/etc/dir")).toBeUndefined();
  expect(readText(image, "/etc/passwd-of")).toBe("of the image");
  expect(readText(image, "/../../../etc/machine")).toBe("of the image");
  expect(image.problems).toEqual([]);
});

test.skipIf(process.platform === "win32")("what is no file is special and never opened", async () => {
  const root = tree({ "etc/cloud/cloud.cfg.d/README": "" });
  const socket = createServer().listen(join(root, "cloud.cfg"));
  await new Promise((resolve) => socket.on("listening", resolve));
  symlinkSync("/cloud.cfg", join(root, "etc/cloud/link.cfg"));
  const image = openDirectory(root);
  for (const path of ["/cloud.cfg", "/etc/cloud/link.cfg"]) {
    expect(image.stat(path)?.kind).toBe("special");
    expect(image.read(path)).toBeUndefined();
  }
  socket.close();
  expect(image.problems).toEqual([]);
});

test("a loop of links is a problem, told once", () => {
  const image = openDirectory(tree({ a: { link: "b" }, b: { link: "/a" }, "self/x": { link: "x/y" } }));
  expect(image.problems).toEqual([]);
  expect(image.read("/a")).toBeUndefined();
  expect(image.stat("/a")).toBeUndefined();
  expect(image.realpath("/a")).toBeUndefined();
  expect(image.lstat("/a")?.kind).toBe("symlink");
  expect(image.read("/self/x/z")).toBeUndefined();
  expect(image.problems.map(({ path }) => path)).toEqual(["/a", "/self/x/z"]);
  expect(problemAt(image, "/a")).toMatch(/loop/);
});

test("what may not be read is a problem, once, and only when it was asked for", () => {
  const root = tree({ "etc/shadow": "root:*", "root/.ssh/authorized_keys": "key", "etc/ok": "yes", "private/x": "" });
  chmodSync(join(root, "etc/shadow"), 0);
  chmodSync(join(root, "root"), 0);
  chmodSync(join(root, "private"), 0o311);
  unprivileged(() => {
    const image = openDirectory(root);
    expect(readText(image, "/etc/ok")).toBe("yes");
    expect(image.stat("/etc/shadow")).toMatchObject({ kind: "file", size: 6, mode: 0 });
    expect(image.problems).toEqual([]);
    expect(image.read("/etc/shadow")).toBeUndefined();
    expect(image.read("/etc/shadow")).toBeUndefined();
    expect(image.read("/root/.ssh/authorized_keys")).toBeUndefined();
    expect(image.list("/private")).toEqual([]);
    expect(image.problems).toEqual([
      { path: "/etc/shadow", reason: "permission denied" },
      { path: "/root/.ssh", reason: "permission denied" },
      { path: "/private", reason: "permission denied" },
    ]);
  });
});

test("a file too large to read is a problem and takes no memory", () => {
  const root = tree({ "var/lib/dpkg/status": "", "var/exact": "" });
  truncateSync(join(root, "var/lib/dpkg/status"), 1 << 30);
  truncateSync(join(root, "var/exact"), READ_LIMIT);
  const image = openDirectory(root);
  const before = process.memoryUsage().rss;
  expect(image.read("/var/lib/dpkg/status")).toBeUndefined();
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  expect(problemAt(image, "/var/lib/dpkg/status")).toBe("too large: 1024 MiB, the limit is 32 MiB");
  expect(image.read("/var/exact")?.length).toBe(READ_LIMIT);
});

test("names that are not UTF-8 or that no filesystem holds do no harm", () => {
  const root = tree({ "etc/a.cfg": "a" });
  writeFileSync(Buffer.concat([Buffer.from(join(root, "etc/")), Buffer.from([0xff, 0x2e, 0x63])]), "x");
  const image = openDirectory(root);
  expect(image.list("/etc")).toEqual(["a.cfg", "\ufffd.c"]);
  expect(image.problems).toEqual([]);
  expect(image.read("/etc/\ufffd.c")).toBeUndefined();
  expect(problemAt(image, "/etc/\ufffd.c")).toBe("its name is not UTF-8");
  expect(image.read("/etc/\0")).toBeUndefined();
  expect(image.stat(`/${"x".repeat(5000)}`)).toBeUndefined();
  expect(image.read("/etc/a.cfg/b")).toBeUndefined();
  expect(image.problems).toHaveLength(1);
});

test("the machine's own root can be the image, and a root may be named by a link", () => {
  expect(openDirectory("/").stat("/etc")?.kind).toBe("directory");
  expect(openDirectory("/").list("/")).toContain("etc");
  const root = tree({ "image/etc/hostname": "x\n", current: { link: "image" } });
  const image = openDirectory(join(root, "current"));
  expect(readText(image, "/etc/hostname")).toBe("x\n");
  expect(image.source).toBe(join(root, "current"));
});

test("what is no image is refused with one line and an exit status", async () => {
  const root = tree({ file: "x", "unreadable/x": "", loop: { link: "loop" } });
  expect(failure(() => openDirectory(join(root, "none")))).toMatchObject({ status: 3 });
  expect(failure(() => openDirectory(join(root, "none"))).message).toBe(
    `${join(root, "none")}: no such file or directory`,
  );
  expect(failure(() => openDirectory(join(root, "file")))).toMatchObject({ status: 3 });
  expect(failure(() => openDirectory(""))).toMatchObject({ status: 3 });
  expect(failure(() => openDirectory("\0"))).toMatchObject({ status: 3 });
  expect(failure(() => openDirectory(join(root, "loop")))).toMatchObject({ status: 4 });
  chmodSync(join(root, "unreadable"), 0);
  const denied = unprivileged(() => failure(() => openDirectory(join(root, "unreadable"))));
  expect(denied).toMatchObject({ status: 4, message: `${join(root, "unreadable")} cannot be read: permission denied` });
  const open = (path: string) => openImage(path, () => false);
  await expect(open(join(root, "file"))).rejects.toMatchObject({
    status: 3,
    message: expect.stringMatching(/neither a supported image nor/),
  });
  await expect(open(join(root, "none"))).rejects.toMatchObject({ status: 3 });
  expect((await open(root)).list("/")).toEqual(["file", "loop", "unreadable"]);
});

test("a directory without names, and modes as they are", () => {
  const root = tree({});
  mkdirSync(join(root, "empty"));
  chmodSync(join(root, "empty"), 0o1777);
  const image = openDirectory(root);
  expect(image.list("/empty")).toEqual([]);
  expect(image.stat("/empty")).toMatchObject({ kind: "directory", mode: 0o1777 });
  expect(image.read("/empty")).toBeUndefined();
  expect(image.problems).toEqual([]);
});
