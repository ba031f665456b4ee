import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { packed, tarball } from "../../image/tarball.ts";
import { required, roots } from "../describeReal.ts";

// Other releases of Node, put there by make-nodes.sh, print what this one prints.
const nodes = join(roots, "../nodes");
const versions = existsSync(nodes) ? readdirSync(nodes).filter((name) => !name.endsWith(".part")) : [];

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const image = resolve("fixtures/debian-12-hardened");
const archive = join(scratch, "image.tar.gz");
writeFileSync(archive, gzipSync(tarball(packed(image))));
const alone = join(scratch, "cloud-init-lint.cjs");
copyFileSync("dist/cloud-init-lint.cjs", alone);

function run(node: string, ...args: string[]): unknown {
  const { status, signal, stdout, stderr } = spawnSync(node, args, { cwd: scratch, encoding: "utf8" });
  return { status, signal, stdout, stderr };
}

test.runIf(required)("there are other releases of Node", () => {
  expect(versions).toContain("20.19.0");
});

describe.each(versions)("Node %s", (version) => {
  const node = join(nodes, version, "node");
  test("is that", () => {
    expect(run(node, "--version")).toMatchObject({ stdout: `v${version}\n` });
  });
  test.each([
    ["the one file, a directory", [alone, image], 1],
    ["the one file, an archive", [alone, archive, "-f", "json"], 1],
    ["the one file, a plan", [alone, "plan", image, "-f", "json"], 0],
    ["the one file, SARIF", [alone, image, "-f", "sarif", "--exit-zero"], 0],
    ["bin/ with the code cache of this Node beside it", [resolve("bin/cloud-init-lint.js"), image], 1],
  ])("%s", (_, args, status) => {
    const result = run(node, ...args);
    expect(result).toMatchObject({ status, stderr: "", stdout: expect.stringContaining("20-team.cfg") });
    expect(result).toEqual(run(process.execPath, ...args));
  });
});
