import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openPackages } from "../../../src/packages/open.ts";
import type { Packages } from "../../../src/packages/packages.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

/** A database that the real dpkg wrote, and its own answers. */
describeReal("with the real dpkg", { ...asRoot, ...programs("dpkg-deb", "dpkg-divert") }, () => {
  const work = mkdtempSync(join(tmpdir(), "cloud-init-lint-dpkg-"));
  const root = join(work, "root");
  let packages: Packages;

  function dpkg(...args: string[]): string {
    const options = [`--root=${root}`, "--force-script-chrootless", "--force-confold", "--force-bad-path"];
    const run = spawnSync("dpkg", [...options, ...args], { encoding: "utf8" });
    if (run.status !== 0 && !args.includes("-S")) throw new Error(run.stderr);
    return run.stdout;
  }

  function install(name: string, version: string, files: Record<string, string>, conffiles: string[]): void {
    const build = join(work, `${name}-${version}`);
    const control = ["Architecture: all", "Maintainer: Nobody <nobody@example.org>", "Description: a test"];
    const contents: Record<string, string> = {
      ...files,
      "/DEBIAN/control": `${[`Package: ${name}`, `Version: ${version}`, ...control].join("\n")}\n`,
      "/DEBIAN/conffiles": conffiles.map((line) => `${line}\n`).join(""),
    };
    for (const [path, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(build, path)), { recursive: true });
      writeFileSync(join(build, path), content);
    }
    execFileSync("dpkg-deb", ["-b", build], { stdio: "pipe" });
    dpkg("-i", `${build}.deb`);
  }

  beforeAll(() => {
    for (const path of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "usr/bin"]) {
      mkdirSync(join(root, path), { recursive: true });
    }
    for (const file of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", file), "");
    symlinkSync("usr/bin", join(root, "bin"));

    const spaced = {
      "/etc/with space.conf": "spaced\n",
      "/bin/tool": "tool 1\n",
      "/usr/share/app/app.conf": "shared\n",
    };
    const first = { "/etc/app.conf": "one\n", "/etc/old.conf": "old\n", "/etc/bye.conf": "bye\n", ...spaced };
    install("app", "1:1.0-1", first, ["/etc/app.conf", "/etc/old.conf", "/etc/bye.conf", "/etc/with space.conf"]);
    writeFileSync(join(root, "etc/app.conf"), "edited\n");
    writeFileSync(join(root, "etc/bye.conf"), "edited\n");
    const second = { "/etc/app.conf": "two\n", ...spaced };
    install("app", "1:2.0-1", second, ["/etc/app.conf", "remove-on-upgrade /etc/bye.conf", "/etc/with space.conf"]);

    const shared = "/usr/share/app/app.conf";
    const divert = ["--package", "other", "--divert", `${shared}.real`, "--rename", "--add", shared];
    execFileSync("dpkg-divert", ["--root", root, ...divert], { stdio: "pipe" });
    install("other", "3", { [shared]: "diverted\n" }, []);
    install("gone", "4", { "/etc/gone.conf": "gone\n", "/usr/bin/gone": "gone\n" }, ["/etc/gone.conf"]);
    dpkg("-r", "gone");
    writeFileSync(join(root, "etc/unowned.conf"), "");
    packages = openPackages(openDirectory(root));
  });

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const paths = [
    "/etc/app.conf",
    "/etc/old.conf",
    "/etc/bye.conf",
    "/etc/with space.conf",
    "/etc/gone.conf",
    "/etc/unowned.conf",
    "/usr/bin/gone",
    "/bin/tool",
    "/usr/share/app",
  ];

  test.each(paths)("dpkg -S %s", (path) => {
    const owners = dpkg("-S", path).replace(`: ${path}\n`, "").split(", ").filter(Boolean);
    const ours = packages.owner(path);
    if (owners.length > 1) expect(owners).toContain(ours);
    else expect(ours).toBe(owners[0]);
  });

  test("versions as dpkg-query says", () => {
    expect(packages.version("app")).toBe("1:2.0-1");
    expect(packages.version("other")).toBe("3");
    expect(packages.version("gone")).toBeUndefined();
  });

  test.each([
    ["/etc/app.conf", "app", "two\n", true],
    ["/etc/old.conf", "app", "old\n", true],
    ["/etc/with space.conf", "app", "spaced\n", true],
    ["/etc/gone.conf", "gone", "gone\n", true],
    ["/bin/tool", "app", "tool 1\n", false],
    ["/usr/bin/tool", "app", "tool 1\n", false],
    ["/usr/share/app/app.conf", "other", "diverted\n", false],
    ["/usr/share/app/app.conf.real", "app", "shared\n", false],
  ])("%s was shipped by %s as %j", (path, owner, content, config) => {
    const digest = createHash("md5").update(content).digest("hex");
    expect(packages.shipped(path)).toMatchObject({ package: owner, algorithm: "md5", digest, config });
    expect(packages.owner(path)).toBe(owner);
  });

  test("where the shipped text of a file that was kept stands", () =>
    expect(packages.shipped("/etc/app.conf")?.pristinePath).toBe("/etc/app.conf.dpkg-dist"));

  test("what no package ships", () => {
    expect(packages.shipped("/etc/unowned.conf")).toBeUndefined();
    expect(packages.shipped("/etc/bye.conf")).toBeUndefined();
  });
});
