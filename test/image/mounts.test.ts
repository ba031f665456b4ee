import { expect, test } from "vitest";
import type { Filesystem, Inode } from "../../src/filesystem/filesystem.ts";
import { mountAll } from "../../src/image/disks/mounts.ts";
import type { Part } from "../../src/image/disks/parts.ts";
import { fstabOf } from "../../src/image/disks/roots.ts";
import { MountedTree } from "../../src/image/disks/tree.ts";
import { imageOf } from "../../src/image/entries.ts";
import { readText } from "../../src/image/image.ts";
import { Problems } from "../../src/image/problems.ts";

/** A directory by its names, a file by its text, a link by "-> target". */
type Node = string | { readonly [name: string]: Node };

let latestId = 0;

function inode(node: Node): Inode {
  const isLink = typeof node === "string" && node.startsWith("-> ");
  const kind = typeof node !== "string" ? "directory" : isLink ? "symlink" : "file";
  const bytes = Buffer.from(typeof node === "string" ? node : "");
  const children = new Map(
    Object.entries(typeof node === "string" ? {} : node).map(([name, one]) => [name, inode(one)]),
  );
  return {
    id: latestId++,
    stat: { kind, size: bytes.length, mode: 0o755, uid: 0, gid: 0 },
    read: (offset, length) => bytes.subarray(offset, offset + length),
    readlink: () => bytes.toString().slice(3),
    names: () => children.keys(),
    child: (name) => children.get(name),
  };
}

function part(label: string, root: Node | undefined): Part {
  const filesystem: Filesystem = {
    type: "ext4",
    uuid: undefined,
    label,
    warnings: [],
    problems: [],
    root: inode(root ?? {}),
  };
  const content = root === undefined ? { reason: "is encrypted (LUKS)", holdsFiles: true } : filesystem;
  const none = { devices: [`/dev/mapper/${label}`], partUuid: undefined, partLabel: undefined, type: undefined };
  return { ...none, name: `partition ${label}`, disk: { size: 0, read: () => Buffer.alloc(0) }, content };
}

/** A root with other parts mounted. */
function mounted(root: Node, others: Readonly<Record<string, Node | undefined>>) {
  const own = part("root", root);
  const filesystem = own.content as Filesystem;
  const problems = new Problems();
  const tree = new MountedTree(filesystem.root, problems);
  const place = { name: "root", part: own, directory: filesystem.root, filesystem, isSysroot: false };
  const parts = [own, ...Object.entries(others).map(([label, node]) => part(label, node))];
  mountAll(tree, place, fstabOf(filesystem.root), parts);
  const image = imageOf("image", tree, problems);
  return {
    image,
    read: (path: string) => readText(image, path),
    problems: () => image.problems.map(({ path }) => path),
  };
}

test("a bind mount shows what is mounted at its source, however deep that is", () => {
  const fstab = [
    "/etc/store/cloud /etc/cloud none bind",
    "/srv/store /etc/store none bind",
    "LABEL=data /mnt/disks/data ext4 ro",
  ].join("\n");
  const data = { srv: { store: { cloud: { a: "mounted" } } } };
  const root = {
    etc: { fstab, cloud: {}, store: {} },
    mnt: { disks: { data: { srv: {} } } },
    srv: "-> mnt/disks/data/srv",
  };
  const { read, problems } = mounted(root, { data });
  expect(read("/etc/cloud/a")).toBe("mounted");
  expect(problems()).toEqual([]);
});

test("what is bound from a mount that cannot be read is not the directory below it", () => {
  const fstab = "/dev/mapper/data /data ext4\n/data/etc /opt none bind\nLABEL=log /data/log ext4\n";
  const { image, read, problems } = mounted(
    { etc: { fstab }, data: { etc: { a: "hidden" } }, opt: {} },
    { data: undefined, log: { b: "log" } },
  );
  // Nobody has asked for it yet, though a mount is below it.
  expect(read("/data/log/b")).toBe("log");
  expect(problems()).toEqual([]);
  expect(read("/opt/a")).toBeUndefined();
  expect(image.problems).toEqual([
    {
      path: "/opt",
      reason:
        "/data/etc, which /etc/fstab:2 mounts here, cannot be read: partition data, which /etc/fstab:1 mounts here, is encrypted (LUKS)",
    },
  ]);
});

test("an automount is mounted when somebody looks; nofail may be missing", () => {
  const lines = ["LABEL=a /a ext4 noauto,x-systemd.automount", "LABEL=b /b ext4 nofail", "LABEL=c /c ext4 noauto"];
  const { read, problems } = mounted({ etc: { fstab: lines.join("\n") }, a: {}, b: {}, c: {} }, {});
  for (const path of ["/a/x", "/b/x", "/c/x"]) expect(read(path)).toBeUndefined();
  expect(problems()).toEqual(["/a"]);
});

test("what enabled mount units mount", () => {
  const unit = (what: string, where: string) => `[Unit]\nBefore=x\n[Mount]\nWhat=${what}\nWhere=${where}\nType=ext4\n`;
  const system = {
    "var.mount": unit("/dev/disk/by-label/var", "/var"),
    "srv.mount": unit("LABEL=none", "/srv"),
    "opt.mount": "-> /dev/null",
    "mnt.mount": unit("LABEL=var", "/mnt"),
    "local-fs.target.wants": { "var.mount": "-> ../var.mount", "opt.mount": "-> ../opt.mount" },
    "remote-fs.target.requires": { "srv.automount": "-> ../srv.automount" },
  };
  const { image, read } = mounted(
    { etc: { systemd: { system } }, var: {}, srv: {}, opt: {}, mnt: {} },
    { var: { a: "var" } },
  );
  expect(read("/var/a")).toBe("var");
  expect(read("/mnt/a")).toBeUndefined();
  expect(image.problems).toEqual([]);
  expect(read("/srv/a")).toBeUndefined();
  expect(image.problems.map(({ path, reason }) => [path, reason.split(", which")[1]?.split(",")[0]])).toEqual([
    ["/srv", " /etc/systemd/system/srv.mount:4 mounts here"],
  ]);
});

test("thousands of mounts that lead to each other end soon", () => {
  const count = 3000;
  const binds = Array.from({ length: count }, (_, index) => `/d${(index + 1) % count} /d${index} none bind`);
  const { read } = mounted({ etc: { fstab: binds.join("\n") }, d0: { a: "here" } }, {});
  expect(read("/d7/a")).toBe("here");
});
