import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { hasDigest } from "../../../src/packages/digest.ts";
import { openPackages } from "../../../src/packages/open.ts";
import type { Packages } from "../../../src/packages/packages.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const needs = { ...asRoot, ...programs("makepkg", "pacman", "fakeroot", "bsdtar") };

const PKGBUILD = (version: string) => `pkgname=app
pkgver=${version}
pkgrel=1
epoch=2
pkgdesc="a test"
arch=(any)
license=(custom)
backup=(etc/app.conf "etc/with space.conf" etc/kept.conf)
package() {
  mkdir -p "$pkgdir/etc/app.d" "$pkgdir/usr/bin" "$pkgdir/usr/share/app"
  echo "one" > "$pkgdir/etc/app.conf"
  echo "spaced" > "$pkgdir/etc/with space.conf"
  echo "of ${version}" > "$pkgdir/etc/kept.conf"
  echo "dropin" > "$pkgdir/etc/app.d/10.conf"
  echo "tool" > "$pkgdir/usr/bin/tool"
  echo "odd" > "$pkgdir/usr/share/app/#odd=name [1]"
  ln -s ../share/app "$pkgdir/usr/bin/applink"
  ln -s app.conf "$pkgdir/etc/link.conf"
}
`;

/** A database that the real makepkg and pacman wrote, and pacman's own answers. */
describeReal("with the real pacman", needs, () => {
  const work = mkdtempSync(join(tmpdir(), "cloud-init-lint-pacman-"));
  const root = join(work, "root");
  let packages: Packages;

  function pacman(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const places = ["--root", root, "--dbpath", join(root, "var/lib/pacman"), "--cachedir", join(work, "cache")];
    return spawnSync("pacman", [...places, "--noconfirm", ...args], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    });
  }

  function install(version: string): void {
    const build = join(work, version);
    mkdirSync(build);
    writeFileSync(join(build, "PKGBUILD"), PKGBUILD(version));
    spawnSync("chown", ["-R", "nobody", build]);
    // makepkg refuses to run as root.
    const command = `cd '${build}' && HOME='${build}' PKGEXT=.pkg.tar.gz makepkg --force --nodeps`;
    const made = spawnSync("su", ["nobody", "-s", "/bin/sh", "-c", command], { encoding: "utf8" });
    const file = readdirSync(build).find((name) => name.endsWith(".pkg.tar.gz"));
    if (file === undefined) throw new Error(made.stderr);
    const installed = pacman("-U", join(build, file));
    if (installed.status !== 0) throw new Error(installed.stdout);
  }

  beforeAll(() => {
    chmodSync(work, 0o755);
    mkdirSync(join(root, "var/lib/pacman"), { recursive: true });
    install("1.0");
    writeFileSync(join(root, "etc/kept.conf"), "edited\n");
    install("2.0");
    writeFileSync(join(root, "etc/app.conf"), "edited\n");
    writeFileSync(join(root, "usr/bin/tool"), "edited\n");
    rmSync(join(root, "etc/link.conf"));
    cpSync(join(root, "etc/app.conf"), join(root, "etc/link.conf"));
    writeFileSync(join(root, "etc/unowned.conf"), "");
    packages = openPackages(openDirectory(root));
  });

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const paths = [
    "/etc/app.conf",
    "/etc/kept.conf",
    "/etc/link.conf",
    "/etc/with space.conf",
    "/etc/app.d/10.conf",
    "/etc/unowned.conf",
    "/usr/bin/tool",
    "/usr/bin/applink",
    "/usr/share/app/#odd=name [1]",
  ];

  test.each(paths)("pacman -Qo %s", (path) => {
    const { stdout } = pacman("-Qoq", root + path);
    expect(packages.owner(path)).toBe(stdout.trim() || undefined);
  });

  test("pacman -Q", () => expect(pacman("-Q").stdout.trim()).toBe(`app ${packages.version("app")}`));

  test("what pacman -Qkk finds changed", () => {
    const { stdout, stderr } = pacman("-Qkk");
    const output = stdout + stderr;
    const image = openDirectory(root);
    for (const path of paths) {
      const shipped = packages.shipped(path);
      const changed = shipped !== undefined && !hasDigest(image.read(path)!, shipped);
      const found = output
        .split("\n")
        .some((line) => line.includes(`${path} (`) && /checksum|type mismatch/i.test(line));
      expect([path, changed]).toEqual([path, found]);
    }
    expect(packages.shipped("/etc/app.conf")?.config).toBe(true);
    expect(packages.shipped("/usr/bin/tool")?.config).toBe(false);
  });

  test("where the shipped text of a file that was kept stands", () =>
    expect(packages.shipped("/etc/kept.conf")?.pristinePath).toBe("/etc/kept.conf.pacnew"));
});
