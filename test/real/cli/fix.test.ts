import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { copyFixture } from "../../fixtures/fixtureImages.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

/** A copy of an example image with more files. */
function copyOf(name: string, files: Readonly<Record<string, string>> = {}): string {
  const root = tree({});
  copyFixture(name, root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** Everything below a directory: kinds, modes, owners, contents. */
function snapshot(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const stat = lstatSync(join(root, name));
      const content = stat.isFile() ? readFileSync(join(root, name), "latin1") : "";
      return [name, `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${content}`];
    }),
  );
}

/** Files of all sorts that are fixed. */
const MISTAKES = {
  "etc/cloud/cloud.cfg.d/50-crlf.cfg": "# ours\r\nhostnme: web\r\nlocale: C.UTF-8\r\n",
  "etc/cloud/cloud.cfg.d/51-no newline.cfg": "package_updat: true\nfinal_message: é",
  'etc/cloud/cloud.cfg.d/52-"quoted" é.cfg': "ssh_pwauht: false\n",
  "etc/cloud/cloud.cfg.d/53-renamed.yaml": "fqdn: web.example.com\nmanage_etc_hosts: false\n",
  "etc/cloud/cloud.cfg.d/54-near.cfg":
    "# ours\nntpp: {}\nlocale: C.UTF-8\nchpasswd: {expire: false}\npassword: hunter22\n",
};

describeReal("the diff of fix --dry-run", programs("patch", "git"), () => {
  test.each([
    ["patch", ["-p1", "--silent"]],
    ["git", ["apply", "-p1", "--unidiff-zero"]],
  ])("%s makes of it what fix writes", async (program, args) => {
    for (const name of ["debian-12-hardened", "rocky-9-hardened", "alpine-3.21-hardened"]) {
      const [patched, written] = [copyOf(name, MISTAKES), copyOf(name, MISTAKES)];
      // The exit status is that of the findings which are left.
      const { out, err } = await run("fix", patched, "--dry-run", "--min-severity", "info");
      expect(err).not.toContain("cannot be applied");
      execFileSync(program, args, { cwd: patched, input: out, stdio: ["pipe", "pipe", "inherit"] });
      await run("fix", written, "--min-severity", "info");
      expect(snapshot(patched)).toEqual(snapshot(written));
      expect(readdirSync(join(written, "etc/cloud/cloud.cfg.d"))).toContain("53-renamed.cfg");
      expect((await run("fix", patched, "--min-severity", "info")).out).toMatch(/nothing (?:to fix|fixed)/);
    }
  });
});

describeReal("owners", asRoot, () => {
  test("an edited file keeps its own, a new one has that of its directory", async () => {
    const root = copyOf("alpine-3.21-hardened", MISTAKES);
    const directory = join(root, "etc/cloud/cloud.cfg.d");
    chownSync(directory, 1234, 2345);
    const old = join(directory, "50-crlf.cfg");
    chownSync(old, 3456, 4567);
    chmodSync(old, 0o604);
    const before = snapshot(root);
    await run("fix", root, "--min-severity", "info");
    const { mode, uid, gid } = lstatSync(old);
    expect({ mode: mode & 0o7777, uid, gid }).toEqual({ mode: 0o604, uid: 3456, gid: 4567 });
    expect(readFileSync(old, "utf8")).toContain("hostname:");
    const added = Object.entries(snapshot(root)).filter(([name]) => !(name in before) && !name.includes("53-"));
    expect(added.length).toBeGreaterThan(0);
    for (const [, state] of added) expect(state).toMatch(/^100644 1234:2345 /);
  });
});

/** Runs a script in a mount namespace of its own, with the program's and the image's name. */
function inNamespace(script: string, root: string): { status: number | null; stderr: string } {
  return spawnSync("unshare", ["--mount", "sh", "-ec", script, process.execPath, PROGRAM, root], { encoding: "utf8" });
}

const canMount = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

describeReal("a disk that cannot be written", { ...asRoot, "mounts in a namespace": canMount }, () => {
  test("a read-only one: a message, status 2, and everything is as it was", () => {
    const root = copyOf("debian-12-hardened");
    const before = snapshot(root);
    const { status, stderr } = inNamespace(
      'mount --bind "$2" "$2"; mount -o remount,ro,bind "$2"; "$0" "$1" fix "$2"',
      root,
    );
    expect(stderr).toMatch(
      /^cloud-init-lint: \/etc\/cloud\/\S+ cannot be written: read-only file system; nothing was changed\n$/,
    );
    expect(status).toBe(2);
    expect(snapshot(root)).toEqual(before);
  });

  test("a full one: a message, status 2, and everything is as it was", () => {
    const root = copyOf("debian-12-hardened", MISTAKES);
    const before = snapshot(root);
    const script = `
      cp -a "$2/etc" "$2/copy"; mount -t tmpfs -o size=4m,mode=755 tmpfs "$2/etc"; cp -a "$2/copy/." "$2/etc/"; rm -r "$2/copy"
      dd if=/dev/zero of="$2/etc/fill" bs=4k 2>/dev/null || true
      status=0; "$0" "$1" fix "$2" || status=$?
      rm "$2/etc/fill"; cp -a "$2/etc" "$2/after"; exit $status`;
    const { status, stderr } = inNamespace(script, root);
    expect(stderr).toMatch(/cannot be written: no space left on device; nothing was changed\n$/);
    expect(status).toBe(2);
    rmSync(join(root, "etc"), { recursive: true });
    cpSync(join(root, "after"), join(root, "etc"), { recursive: true });
    rmSync(join(root, "after"), { recursive: true });
    expect(Object.keys(snapshot(root))).toEqual(Object.keys(before));
    expect(snapshot(root)).toEqual(before);
  });
});

describe("Ctrl-C", () => {
  test("at any time, all files are fixed or none", async () => {
    const fixed = copyOf("debian-12-hardened", MISTAKES);
    const untouched = snapshot(fixed);
    await run("fix", fixed);
    const states = [untouched, snapshot(fixed)];
    const length = Date.now();
    spawnSync(process.execPath, [PROGRAM, "fix", copyOf("debian-12-hardened", MISTAKES)]);
    const usual = Date.now() - length;
    for (let tries = 0; tries < 12; tries++) {
      const root = copyOf("debian-12-hardened", MISTAKES);
      const child = spawn(process.execPath, [PROGRAM, "fix", root], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      setTimeout(() => child.kill("SIGINT"), (usual * (tries + 1)) / 12);
      await ended;
      expect(states).toContainEqual(snapshot(root));
    }
  });
});
