import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { describeReal, programs, realRoots } from "../describeReal.ts";
import { packageOf } from "./built.ts";
import { inGuest } from "./guest.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const deb = packageOf(".deb");
const rpm = packageOf(".rpm");

/** What both install, and what it is. */
const INSTALLED = `set -e
export LC_ALL=C
cloud-init-lint --version
cloud-init-lint / --exit-zero >/dev/null
cmp /usr/bin/cloud-init-lint /mnt/cloud-init-lint-*/cloud-init-lint
bash -c '. /usr/share/bash-completion/completions/cloud-init-lint && complete -p cloud-init-lint'
gzip -cd /usr/share/man/man1/cloud-init-lint.1.gz | grep "^.TH"
head -n 1 /usr/share/zsh/$1/_cloud-init-lint
grep -c complete /usr/share/fish/vendor_completions.d/cloud-init-lint.fish >/dev/null
head -n 1 $2/NODE-LICENSE.txt $2/THIRD-PARTY-NOTICES.txt $2/$3`;

const installed = (zsh: string, licences: string, own: string) =>
  `sh -c '${INSTALLED.replaceAll("'", `'\\''`)}' sh ${zsh} ${licences} ${own}`;

const PRINTED = new RegExp(
  [
    `${version.replaceAll(".", "\\.")}\n`,
    "complete .*cloud-init-lint\n",
    "\\.TH .*\n",
    "#compdef cloud-init-lint\n",
    "==> .*NODE-LICENSE.txt <==\nNode.js is licensed for use as follows:\n\n",
    "==> .*THIRD-PARTY-NOTICES.txt <==\ncloud-init-lint contains code of these packages.\n\n",
    "==> ",
  ].join(""),
);

describeReal(
  "the .deb",
  { ...realRoots, ...programs("unshare", "lintian"), "npm run packages": deb !== undefined },
  () => {
    test("lintian finds no mistake", () => {
      const { status, stdout } = spawnSync("lintian", ["--allow-root", "--fail-on", "error,warning", deb!], {
        encoding: "utf8",
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    });

    // The oldest and the newest libraries.
    describe.each(["bullseye", "sid"])("%s", (suite) => {
      test("it is installed, runs, and goes", () => {
        const script = `set -e
dpkg -i /mnt/${basename(deb!)} >/dev/null
${installed("vendor-completions", "/usr/share/doc/cloud-init-lint", "copyright")}
dpkg -V cloud-init-lint
dpkg -P cloud-init-lint >/dev/null
find /usr -name "*cloud-init-lint*"`;
        const { status, stdout, stderr } = inGuest(suite, script);
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toMatch(PRINTED);
        expect(stdout).toMatch(/<==\nFormat: .*\n$/);
      });
    });
  },
);

describeReal("the .rpm", { ...realRoots, ...programs("unshare", "rpm"), "npm run packages": rpm !== undefined }, () => {
  test("needs the libraries of C and C++ alone, of glibc 2.28 at most", () => {
    const needs = execFileSync("rpm", ["-qp", "--requires", rpm!], { encoding: "utf8" });
    const libraries = [...needs.matchAll(/^(lib\w+(?:\+\+)?|ld-linux[\w-]*)\.so/gm)].map(([, name]) => name);
    expect([...new Set(libraries)].toSorted()).toEqual(
      ["ld-linux-x86-64", "libc", "libdl", "libgcc_s", "libm", "libpthread", "libstdc++"].toSorted(),
    );
    const glibc = [...needs.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    expect(Math.max(...glibc)).toBe(28);
  });

  test("it is installed and runs", () => {
    // The root is of Debian: rpm knows of none of its libraries.
    const { status, stdout, stderr } = inGuest(
      "bookworm",
      installed("site-functions", "/usr/share/licenses/cloud-init-lint", "LICENSE"),
      `rpm --root "$PWD" --force-debian --nodeps -i "$3/${basename(rpm!)}"
rpm --root "$PWD" -V --nodeps cloud-init-lint`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(PRINTED);
  });
});
