import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { readText } from "../../src/image/image.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { openImage } from "../../src/image/open.ts";
import { isSysroot, openDeployment } from "../../src/image/ostree.ts";
import { keepAll } from "./contents.ts";
import { packed, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

/** The physical root of a machine with deployments named by letters, as ostree 2022.7 lays it out. */
function sysroot(deployments: readonly string[], entries: Readonly<Record<string, string>> = {}) {
  const files: Record<string, string | { link: string }> = {
    "boot/loader": { link: "loader.1" },
    "boot/grub2/grub.cfg": "menu",
    "ostree/repo/config": "[core]\n",
    "ostree/boot.1": { link: "boot.1.1" },
    "ostree/deploy/os/var/lib/x": "of all",
    "ostree/deploy/os/var/home/user/.profile": "profile",
  };
  for (const [serial, name] of deployments.entries()) {
    const root = `ostree/deploy/os/deploy/${name}.0`;
    files[`ostree/boot.1.1/os/${name}/${serial}`] = { link: `../../../deploy/os/deploy/${name}.0` };
    files[`${root}.origin`] = "[origin]\n";
    files[`${root}/etc/hostname`] = name;
    files[`${root}/usr/etc/hostname`] = "pristine";
    files[`${root}/usr/lib/os-release`] = "ID=x\n";
    files[`${root}/etc/os-release`] = { link: "../usr/lib/os-release" };
    files[`${root}/var/lib/x`] = "hidden";
    files[`${root}/home`] = { link: "var/home" };
    files[`${root}/ostree`] = { link: "sysroot/ostree" };
    files[`${root}/outside`] = { link: "../../../../../etc/passwd" };
  }
  for (const [name, text] of Object.entries(entries)) files[`boot/loader.1/entries/${name}.conf`] = text;
  return files;
}

const entry = (version: number, name: string, serial: number) =>
  `title x\nversion ${version}\noptions rw ostree=/ostree/boot.1/os/${name}/${serial} quiet\nlinux /vmlinuz\n`;

const inMemory = (files: ReturnType<typeof sysroot>) =>
  memoryImage(Object.fromEntries(Object.entries(files).map(([path, file]) => [`/${path}`, file])), "disk");

describe("the deployment of a machine that ostree manages", () => {
  test("the boot loader's default, with the shared /var and the physical /boot", async () => {
    const files = sysroot(["a", "b"], {
      "ostree-1-os": entry(1, "b", 1),
      "ostree-2-os": entry(2, "a", 0),
      other: "title y\n",
    });
    for (const image of [openDeployment(inMemory(files)), await openImage(tree(files), keepAll)]) {
      expect(readText(image, "/etc/hostname")).toBe("a");
      expect(readText(image, "/usr/etc/hostname")).toBe("pristine");
      expect(readText(image, "/etc/os-release")).toBe("ID=x\n");
      expect(readText(image, "/var/lib/x")).toBe("of all");
      expect(readText(image, "/home/user/.profile")).toBe("profile");
      expect(image.realpath("/home/user")).toBe("/var/home/user");
      expect(readText(image, "/boot/grub2/grub.cfg")).toBe("menu");
      expect(readText(image, "/ostree/repo/config")).toBe("[core]\n");
      expect(image.realpath("/outside")).toBe("/etc/passwd");
      expect(image.list("/")).toEqual(["etc", "home", "ostree", "outside", "usr", "var"]);
      expect(image.problems).toEqual([]);
      expect({ archive: image.isArchive, directory: image.directory }).toEqual({});
    }
  });

  test("in an archive that comes as a stream, what is asked for of the system is kept", async () => {
    const root = tree(sysroot(["a", "b"], { "ostree-1-os": entry(1, "b", 1) }));
    const archive = join(tree({}), "root.tar.gz");
    writeFileSync(archive, gzipSync(tarball(packed(root))));
    const image = await openImage(archive, (path) => /^\/(etc|var|boot)\//.test(path));
    expect(readText(image, "/etc/hostname")).toBe("b");
    expect(readText(image, "/var/lib/x")).toBe("of all");
    expect(image.problems).toEqual([]);
    expect(readText(image, "/usr/etc/hostname")).toBeUndefined();
    expect(image.problems).toHaveLength(1);
  });

  test("without an entry: the only one, or a question", () => {
    expect(readText(openDeployment(inMemory(sysroot(["a"]))), "/etc/hostname")).toBe("a");
    const several = inMemory(sysroot(["a", "b"], { x: entry(1, "missing", 0) }));
    expect(() => openDeployment(several)).toThrow(
      "disk has several ostree deployments, and no boot loader entry names one; choose one with --root NUMBER: 1 /ostree/deploy/os/deploy/a.0, 2 /ostree/deploy/os/deploy/b.0",
    );
    expect(readText(openDeployment(several, { root: 2 }), "/etc/hostname")).toBe("b");
    expect(() => openDeployment(several, { root: 3 })).toThrow("--root 3: disk has the ostree deployments 1 /ostree");
  });

  test("--root counts the boot loader's order", () => {
    const image = inMemory(sysroot(["a", "b"], { x: entry(1, "a", 0), y: entry(10, "b", 1) }));
    expect(readText(openDeployment(image), "/etc/hostname")).toBe("b");
    expect(readText(openDeployment(image, { root: 2 }), "/etc/hostname")).toBe("a");
  });

  test("no deployment, one of composefs, a link to elsewhere", () => {
    expect(() => openDeployment(memoryImage({ "/ostree/repo/config": "" }))).toThrow(/a repository but no deployment/);
    expect(() => openDeployment(memoryImage({ "/ostree/x": "", "/composefs/images/x": "" }))).toThrow(/composefs/);
    const links = memoryImage({
      "/ostree/deploy/os/deploy/a.0": { link: "/etc" },
      "/boot/loader/entries/x.conf": "options ostree=/boot\n",
    });
    expect(() => openDeployment(links)).toThrow(/no deployment/);
  });

  test("problems have the names of the deployment's paths", () => {
    const root = inMemory(sysroot(["a"]));
    root.addProblem("/boot/x", "an earlier one");
    const path = "/ostree/deploy/os/deploy/a.0/etc/hostname";
    const image = openDeployment({
      ...root,
      problems: root.problems,
      read: (asked) => (asked === path ? void root.addProblem(path, "it is damaged") : root.read(asked)),
    });
    expect(image.read("/etc/hostname")).toBeUndefined();
    expect(image.problems).toEqual([
      { path: "/boot/x", reason: "an earlier one" },
      { path: "/etc/hostname", reason: "it is damaged" },
    ]);
  });

  test("a running machine, a deployment and any other root are roots themselves", () => {
    const live = {
      "etc/hostname": "x",
      "usr/bin/x": "",
      ostree: { link: "sysroot/ostree" },
      "sysroot/ostree/deploy/os/var/x": "",
    };
    const etc = { "ostree/remotes.d/x.conf": "", hostname: "x" };
    for (const files of [live, etc, { "etc/x": "" }, { "usr/lib/x": "", "ostree/x": "" }])
      expect(isSysroot(openDirectory(tree(files)))).toBe(false);
  });
});

test("/usr/etc of a deployment is the unmodified copy of /etc, and that of other systems is not", async () => {
  const files = { "usr/etc/x": "", "etc/x": "" };
  const copyOf = async (more: object) => (await openImage(tree({ ...files, ...more }), keepAll)).pristineEtc;
  expect(await copyOf({ ostree: { link: "sysroot/ostree" } })).toBe("/usr/etc");
  expect(await copyOf({})).toBeUndefined();
});
