import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readText } from "../../../src/image/image.ts";
import { openImage } from "../../../src/image/open.ts";
import { run } from "../../cli/run.ts";
import { copyFixture } from "../../fixtures/fixtureImages.ts";
import { keepAll } from "../../image/contents.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

/** Deployments are not made immutable, so that the temporary directory can be removed. */
const MUTABLE = { OSTREE_SYSROOT_DEBUG: "mutable-deployments" };

const needs = { ...asRoot, ...programs("mkfs.ext4", "ostree", "tar") };

describeReal("a physical root that ostree wrote", needs, () => {
  const call = (root: string, ...[program = "", ...args]: string[]) =>
    String(execFileSync(program, args, { stdio: "pipe", cwd: root, env: { ...process.env, ...MUTABLE } }));

  /** The example image as a commit, deployed; and the same as a directory with everything in its place. */
  function deployed(): { root: string; sysroot: string; plain: string } {
    const root = tree({});
    const [sysroot, plain, commit] = [join(root, "sysroot"), join(root, "plain"), join(root, "commit")];
    copyFixture("debian-12-hardened", plain);
    for (const name of ["boot", "dev", "proc", "run", "sys", "sysroot", "tmp"]) mkdirSync(join(plain, name));
    mkdirSync(join(plain, "usr/lib/modules/6.1"), { recursive: true });
    writeFileSync(join(plain, "usr/lib/modules/6.1/vmlinuz"), "kernel");
    symlinkSync("sysroot/ostree", join(plain, "ostree"));
    cpSync(plain, commit, { recursive: true, verbatimSymlinks: true });
    renameSync(join(commit, "etc"), join(commit, "usr/etc"));
    rmSync(join(commit, "var"), { recursive: true });
    mkdirSync(join(commit, "var"));
    mkdirSync(sysroot);
    call(root, "ostree", "admin", "init-fs", "--modern", sysroot);
    call(root, "ostree", "admin", "os-init", `--sysroot=${sysroot}`, "example");
    call(root, "ostree", `--repo=${sysroot}/ostree/repo`, "commit", "-b", "example/main", commit);
    call(root, "ostree", "admin", "deploy", `--sysroot=${sysroot}`, "--os=example", "example/main");
    const shared = join(sysroot, "ostree/deploy/example/var");
    call(root, "cp", "-a", `${plain}/var/.`, shared);
    call(root, "cp", "-a", `${plain}/etc`, `${plain}/usr/etc`);
    call(root, "cp", "-a", `${shared}/.`, `${plain}/var`);
    call(root, "cp", "-a", `${sysroot}/boot/.`, `${plain}/boot`);
    return { root, sysroot, plain };
  }

  test("lint and plan are those of the root with everything in its place", async () => {
    const { root, sysroot, plain } = deployed();
    const archive = join(root, "sysroot.tar");
    const [deployment = ""] = call(root, "sh", "-c", `ls -d ${sysroot}/ostree/deploy/example/deploy/*.0`).split("\n");
    const added = "10.0.0.9 added.internal\n";
    for (const directory of [plain, deployment]) appendFileSync(join(directory, "etc/hosts"), added);
    call(root, "tar", "-C", sysroot, "-cf", archive, ".");
    // On a disk, and with the entries of the boot loader on a disk of their own.
    const [disk, rest, boot] = [join(root, "disk.img"), join(root, "rest.img"), join(root, "boot.img")];
    const format = (directory: string, image: string) => call(root, "mkfs.ext4", "-q", "-d", directory, image, "64M");
    format(sysroot, disk);
    format(join(sysroot, "boot"), boot);
    cpSync(sysroot, join(root, "rest"), { recursive: true, verbatimSymlinks: true });
    rmSync(join(root, "rest/boot"), { recursive: true });
    mkdirSync(join(root, "rest/boot"));
    format(join(root, "rest"), rest);
    for (const command of [
      ["lint", "-f", "json", "--min-severity", "info"],
      ["plan", "-f", "json"],
    ]) {
      const expected = await run(...command, plain);
      expect(expected.out.length).toBeGreaterThan(1000);
      for (const source of [sysroot, archive, disk, `${rest}+${boot}`]) {
        const { out, err, status } = await run(...command, source);
        expect(out.replaceAll(JSON.stringify(source), JSON.stringify(plain))).toBe(expected.out);
        expect({ err, status }).toEqual({ err: expected.err, status: expected.status });
      }
    }
  });

  test("of several deployments, the one that ostree boots next", async () => {
    const { root, sysroot } = deployed();
    const hostname = async () => readText(await openImage(sysroot, keepAll), "/etc/hostname");
    for (const name of ["first", "second", "third"]) {
      const checkout = join(root, name);
      call(root, "ostree", `--repo=${sysroot}/ostree/repo`, "checkout", "-U", "example/main", checkout);
      rmSync(join(checkout, "usr/etc/hostname"), { force: true });
      writeFileSync(join(checkout, "usr/etc/hostname"), name);
      call(root, "ostree", `--repo=${sysroot}/ostree/repo`, "commit", "-b", "example/main", checkout);
      call(root, "ostree", "admin", "deploy", `--sysroot=${sysroot}`, "--os=example", "example/main");
      expect(await hostname()).toBe(name);
    }
  });
});
