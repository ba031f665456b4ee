import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FileToWrite, writeFiles } from "../../src/cli/fixFiles.ts";
import { copyFixture } from "../fixtures/fixtureImages.ts";
import { packed, tarball } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { whole } from "../samples.ts";
import { run } from "./run.ts";

const HARDENED = "debian-12-hardened";

/** A copy of an example image that may be changed. */
function copyOf(name: string): string {
  const root = tree({});
  copyFixture(name, root);
  return root;
}

/** Everything below a directory: kinds, modes, owners, times, contents. Times of directories change with their entries. */
function snapshot(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .toSorted()
      .map((name) => {
        const path = join(root, name);
        const stat = lstatSync(path);
        const { mode, uid, gid } = stat;
        const own = stat.isFile()
          ? `${stat.mtimeMs} ${readFileSync(path, "latin1")}`
          : stat.isSymbolicLink()
            ? readlinkSync(path)
            : "";
        return [name, `${mode.toString(8)} ${uid}:${gid} ${own}`];
      }),
  );
}

/** The names of the entries that differ. */
function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).toSorted();
}

describe("an image", () => {
  test("is fixed in place, and only the files that the output names change; the second time nothing does", async () => {
    const root = copyOf(HARDENED);
    const before = snapshot(root);
    const dry = whole ? await run("fix", root, "--dry-run") : undefined;
    expect(changed(before, snapshot(root))).toEqual([]);
    const { status, out, err } = await run("fix", root);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const after = snapshot(root);
    const named = [...out.matchAll(/^ {2}\/(\S+)(?: \(.*\))?$/gm)].map(([, name]) => name);
    expect(changed(before, after)).toEqual(named.toSorted());
    for (const rule of ["sshd-setting-overwritten", "hosts-file-replaced", "time-servers-replaced"])
      expect(out).toContain(`error    ${rule} at /etc/`);
    if (dry !== undefined) {
      // The diff adds the same files.
      const added = [...dry.out.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, name]) => name);
      expect({ status: dry.status, added: added.toSorted() }).toEqual({ status: 0, added: named.toSorted() });
      expect((await run(root)).out).toContain("nothing to report");
    }
    expect(await run("fix", root)).toMatchObject({ status: 0, out: expect.stringContaining("nothing to fix") });
    expect(changed(after, snapshot(root))).toEqual([]);
  });

  test("ends as the lint of the fixed image, names what is left and why; --only chooses", async () => {
    const root = copyOf("azure-linux-3-hardened");
    const { status, out } = await run("fix", root, "--only", "sshd-setting-overwritten");
    expect({ status, fixed: /1 finding fixed, 0 left/.test(out) }).toEqual({ status: 1, fixed: true });
    if (!whole) return;
    const again = await run("fix", root, "--only", "sshd-setting-overwritten");
    expect(again).toMatchObject({ status: 1, err: `${root}: no finding of sshd-setting-overwritten\n` });
    const all = await run("fix", root, "--exit-zero");
    expect(all.status).toBe(0);
    expect(all.out).toMatch(
      /left\n {2}error {4}password-locked at \/etc\/cloud\/cloud\.cfg:\d+\n(?: {11}.*\n)* {11}no fix: /,
    );
  });

  test("its own file is edited where links in the image lead, with its mode and owner", async () => {
    const root = copyOf("debian-12");
    const outside = tree({ "etc/90.cfg": "hostnme: outside\n" });
    mkdirSync(join(root, "srv"));
    const file = join(root, "srv/team.cfg");
    writeFileSync(file, "# ours\r\nhostnme: web\r\n\r\nlast: 1");
    chmodSync(file, 0o640);
    symlinkSync("/srv/team.cfg", join(root, "etc/cloud/cloud.cfg.d/50-team.cfg"));
    // A file of that name on this machine is none of the image.
    symlinkSync(join(outside, "etc/90.cfg"), join(root, "etc/cloud/cloud.cfg.d/60-gone.cfg"));
    utimesSync(file, 1, 1);
    const before = snapshot(root);
    await run("fix", root, "--only", "schema-key-unknown");
    expect(changed(before, snapshot(root))).toEqual(["srv/team.cfg"]);
    expect(readFileSync(file, "utf8")).toBe("# ours\r\nhostname: web\r\n\r\nlast: 1");
    expect(lstatSync(file).mode & 0o7777).toBe(0o640);
    expect(readFileSync(join(outside, "etc/90.cfg"), "utf8")).toBe("hostnme: outside\n");
  });
});

describe("--output", () => {
  test("takes the edited files, of an archive too; nothing else is written", async () => {
    const root = tree({});
    const archive = join(root, "image.tar");
    writeFileSync(archive, tarball(packed(`fixtures/${HARDENED}`)));
    const only = whole ? [] : ["--only", "hosts-file-replaced", "--exit-zero"];
    const { status, out } = await run("fix", archive, "--output", join(root, "new"), ...only);
    const written = readdirSync(join(root, "new"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".cfg"),
    );
    expect({ status, written: written.length > 0 }).toEqual({ status: 0, written: true });
    for (const name of written) expect(out).toContain(`  /${name}`);
    if (!whole) return;
    const copy = copyOf(HARDENED);
    cpSync(join(root, "new"), copy, { recursive: true });
    expect((await run(copy)).out).toContain("nothing to report");
  });

  test.each([
    [
      "an archive without it",
      ["image.tar"],
      /image\.tar cannot be edited in place, since it is an archive.*--output DIR.*--dry-run/,
    ],
    ["standard input without it", ["-"], /standard input cannot be edited in place, since it is an archive/],
    ["a directory that is not empty", ["image.tar", "--output", "full"], /--output full: the directory is not empty/],
    ["a file", ["image.tar", "--output", "image.tar"], /--output image\.tar: this is not a directory/],
    ["a missing parent", ["image.tar", "--output", "a/b"], /--output a\/b: directory .*\/a does not exist/],
    ["an empty name", ["image.tar", "--output", ""], /--output "": the name is empty/],
    ["inside the image", ["root", "--output", "root/new"], /--output root\/new: this is inside the image/],
    ["with --dry-run", ["image.tar", "--output", "new", "--dry-run"], /--dry-run writes nothing: omit --output/],
    [
      "an unknown rule",
      ["root", "--only", "host-file-replaced"],
      /unknown rule "host-file-replaced" \(did you mean "hosts-file-replaced"\?\)/,
    ],
    ["no rule of that kind", ["root", "--only", "x"], /unknown rule "x" \(cloud-init-lint rules lists them all\)/],
    ["no such image", ["none"], /none: no such file or directory/],
    ["an option for images with a file", ["user-data", "--protect", "/etc/**"], /--protect applies only to images/],
  ])("%s is refused, and nothing is written", async (_name, args, message) => {
    const root = tree({
      "full/file": "",
      "root/etc/cloud/cloud.cfg": "{}\n",
      "user-data": "#cloud-config\nhostnme: a\n",
    });
    writeFileSync(join(root, "image.tar"), tarball(packed(join(root, "root"))));
    const before = snapshot(root);
    const cwd = process.cwd();
    process.chdir(root);
    const { status, out, err } = await run("fix", ...args).finally(() => process.chdir(cwd));
    expect({ status, out }).toEqual({ status: args[0] === "none" ? 3 : 2, out: "" });
    expect(err).toMatch(message);
    expect(changed(before, snapshot(root))).toEqual([]);
  });
});

describe("a file on its own", () => {
  test("is fixed in place, keeps its mode, and a link to it stays a link", async () => {
    const root = tree({ "user-data.yaml": "#cloud-config\nhostnme: web # ours\n", link: { link: "user-data.yaml" } });
    const file = join(root, "user-data.yaml");
    chmodSync(file, 0o600);
    const { status, out } = await run("fix", join(root, "link"));
    expect(status).toBe(0);
    expect(out).toMatch(/1 file changed: 1 finding fixed, 0 left/);
    expect(readFileSync(file, "utf8")).toBe("#cloud-config\nhostname: web # ours\n");
    expect({ mode: lstatSync(file).mode & 0o777, isLink: lstatSync(join(root, "link")).isSymbolicLink() }).toEqual({
      mode: 0o600,
      isLink: true,
    });
    expect(readdirSync(root).toSorted()).toEqual(["link", "user-data.yaml"]);
  });

  test("a diff leaves secrets out of its context, or hides them and says that it cannot be applied", async () => {
    const root = tree({
      near: "#cloud-config\nhostnme: web\nlocale: C\npassword: hunter22\n",
      same: "#cloud-config\npasword: hunter22\n",
    });
    const near = await run("fix", join(root, "near"), "--dry-run");
    expect(near.out).toContain("-hostnme: web\n+hostname: web\n locale: C\n");
    expect(near.out + near.err).not.toMatch(/hunter22|hidden/);
    const same = await run("fix", join(root, "same"), "--dry-run");
    expect(same.out).toContain("+password: <<hidden:password>>");
    expect(same.err).toContain("cannot be applied; write it with --output DIR");
    expect(same.out + same.err).not.toContain("hunter22");
  });
});

describe("writing is all or nothing", () => {
  const file = (path: string, content: string, rest: Partial<FileToWrite> = {}): FileToWrite => ({
    path,
    content,
    before: null,
    ...rest,
  });

  test.each([
    ["a file that has changed since", [file("/a", "1", { before: "other" })], /^\/a cannot be written: it has changed/],
    ["a file that exists by now", [file("/a", "1")], /^\/a cannot be written: it has changed/],
    ["a link in place of a directory", [file("/link/b", "1")], /^\/link\/b cannot be written/],
    ["the second file of one name", [file("/c", "1"), file("/c", "2")], /^\/c cannot be written/],
    ["a file in place of a directory", [file("/a/b", "1")], /^\/a\/b cannot be written: not a directory/],
  ])("%s", async (_name, wrong, message) => {
    const outside = tree({});
    const root = tree({ a: "a", "d/old": "old", link: { link: outside } });
    const before = snapshot(root);
    const fine = [
      file("/new/dir/b", "b"),
      file("/a", "A", { before: "a" }),
      file("/d/to", "old", { before: "old", renames: "/d/old" }),
    ];
    const files = wrong[0]?.path === "/a" ? [fine[0]!, fine[2]!, ...wrong] : [...fine, ...wrong];
    await expect(writeFiles(root, files)).rejects.toThrow(message);
    await expect(writeFiles(root, files)).rejects.toThrow(/; nothing was changed$/);
    expect(changed(before, snapshot(root))).toEqual([]);
    expect(readdirSync(outside)).toEqual([]);
  });

  test("new directories and files, replaced and renamed ones", async () => {
    const root = tree({ a: "a", "d/old": "old" });
    chmodSync(join(root, "d/old"), 0o751);
    await writeFiles(root, [
      file("/new/dir/b", "b", { mode: 0o600 }),
      file("/a", "A", { before: "a" }),
      file("/e/to", "new", { before: "old", renames: "/d/old" }),
    ]);
    const modes = readdirSync(root, { recursive: true, encoding: "utf8" })
      .toSorted()
      .map((name) => `${name} ${(lstatSync(join(root, name)).mode & 0o777).toString(8)}`);
    expect(modes).toEqual(["a 644", "d 755", "e 755", "e/to 751", "new 755", "new/dir 755", "new/dir/b 600"]);
    expect(readFileSync(join(root, "e/to"), "utf8")).toBe("new");
  });
});
