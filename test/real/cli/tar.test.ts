import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { fixtureNames, fixtureTree } from "../../fixtures/fixtureImages.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const HARDENED = "fixtures/debian-12-hardened";
const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

function withoutSource(report: string, source: string): string {
  return report.replaceAll(JSON.stringify(source), '"SOURCE"');
}

describeReal("a terminal as standard input", programs("script"), () => {
  test("is no archive", () => {
    const { status, stdout } = spawnSync("script", ["-qec", `${process.execPath} ${PROGRAM} -`, "/dev/null"], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toMatchObject({ status: 2, stdout: expect.stringContaining("is a terminal") });
  });
});

describeReal("archives of the real tar", programs("sh", "tar", "gzip"), () => {
  test("a lint of only what `needs` prints finds the same, through the command of the documentation", async () => {
    const needs = await run("needs");
    expect(needs.out).toMatch(/^etc [^\n]+\n$/);
    const root = join(tree({}), "root");
    cpSync(HARDENED, root, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(root, "usr/share/doc/large"), { recursive: true });
    writeFileSync(join(root, "usr/share/doc/large/file"), Buffer.alloc(1024 * 1024));
    // As ssh hands a command to the shell of another machine.
    const remote = `cd ${root} && tar -cf - $(ls -d ${needs.out.trim()} 2>/dev/null)`;
    const only = execFileSync("sh", ["-c", remote], { maxBuffer: 2 ** 28 });
    expect(only.length).toBeLessThan(1024 * 1024);
    const expected = await run("lint", HARDENED, "-f", "json");
    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, "lint", "-", "-f", "json"], {
      input: only,
      encoding: "utf8",
    });
    expect(status).toBe(expected.status);
    expect(withoutSource(stdout, "-")).toBe(withoutSource(expected.out, HARDENED));
  });

  describe("every example image gives the same as an archive of what `needs` prints, from a stream", () => {
    test.each(fixtureNames)("%s", async (name) => {
      const fixture = fixtureTree(name);
      const words = (await run("needs")).out.trim().split(" ");
      const path = join(tree({}), "needs.tar.gz");
      execFileSync("tar", ["-C", fixture, "--ignore-failed-read", "-czf", path, ...words], { stdio: "ignore" });
      for (const command of ["lint", "plan"]) {
        const expected = await run(command, fixture, "-f", "json");
        const { status, out, err } = await run(command, path, "-f", "json");
        expect({ command, status, err }).toEqual({ command, status: expected.status, err: expected.err });
        expect(withoutSource(out, path)).toBe(withoutSource(expected.out, fixture));
      }
    });
  });
});
