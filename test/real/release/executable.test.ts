import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { startAws } from "../../aws/server.ts";
import { AMI, image, SNAPSHOT } from "../../aws/world.ts";
import { packed, tarball } from "../../image/tarball.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { EXECUTABLE, executableIsBuilt, FOLDER } from "./built.ts";
import { inGuest } from "./guest.ts";

// The executable prints what Node prints with the program, without a Node in PATH and from a directory with nothing in it.

const empty = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => {
  for (const directory of [empty, scratch]) rmSync(directory, { recursive: true });
});

const hardened = resolve("fixtures/debian-12-hardened");
const others = ["debian-12", "ubuntu-24.04-hardened"].map((name) => resolve("fixtures", name));
const archive = join(scratch, "image.tar.gz");
writeFileSync(archive, gzipSync(tarball(packed(hardened))));

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { cwd: empty, encoding: "utf8", env });
  return { status, signal, stdout, stderr };
}
const byNode = (...args: string[]) => run(process.execPath, [resolve("dist/cloud-init-lint.cjs"), ...args]);

describeReal("the executable", executableIsBuilt, () => {
  test("is of this build", () => {
    const executable = readFileSync(EXECUTABLE);
    for (const name of ["dist/cloud-init-lint.cjs", "dist/aws.cjs"])
      expect(executable.includes(readFileSync(name)), `${name}: npm run executable`).toBe(true);
  });

  test.each([
    ["its version", ["--version"], 0],
    ["a directory", [hardened], 1],
    ["an archive", [archive, "-f", "json"], 1],
    ["several images in threads", ["--jobs", "2", hardened, ...others], 1],
    ["a plan", ["plan", hardened, "-f", "json"], 0],
    ["a page", [hardened, "-f", "html"], 1],
    ["a rule", ["explain", "hostname-reset"], 0],
    ["completions", ["completion", "bash"], 0],
    ["a wrong option", ["--jbos", "2"], 2],
    ["an image that does not exist", ["./missing"], 3],
  ])("%s", (_, args, status) => {
    const result = run(EXECUTABLE, args);
    expect(result).toMatchObject({ status, signal: null });
    expect(result).toEqual(byNode(...args));
  });

  test("V8 takes what is compiled in it", () => {
    const probe = join(scratch, "probe.cjs");
    writeFileSync(
      probe,
      `const vm = require("node:vm");
vm.Script = class extends vm.Script {
  constructor(...args) {
    super(...args);
    process.stderr.write("rejected: " + this.cachedDataRejected + "\\n");
  }
};`,
    );
    const { stderr } = run(EXECUTABLE, [hardened], { NODE_OPTIONS: `--require ${probe}` });
    expect(stderr).toBe("rejected: false\nrejected: false\n");
  });

  test.each([[[]], [["--jobs", "2", hardened]]])("an AMI, with %j", async (more) => {
    const { base64 } = JSON.parse(readFileSync("test/aws/root.json", "utf8")) as { base64: string };
    const snapshots = { [SNAPSHOT]: { content: Buffer.from(base64, "base64") } };
    const aws = await startAws({ images: { [AMI]: image() }, snapshots });
    try {
      const args = [`ami:${AMI}`, ...more, "--exit-zero"];
      const lint = (program: string, first: string[]) =>
        promisify(execFile)(program, [...first, ...args], { cwd: empty, env: aws.environment as NodeJS.ProcessEnv });
      const { stdout, stderr } = await lint(EXECUTABLE, []);
      expect(stdout).toMatch(/^ami:ami-0123456789abcdef0: Debian 12, .*, datasource Ec2\n/m);
      expect({ stdout, stderr }).toEqual(await lint(process.execPath, [resolve("dist/cloud-init-lint.cjs")]));
    } finally {
      await aws.close();
    }
  });

  test("stands beside the licences of the program, of the packages in it, and of Node", () => {
    const read = (name: string) => readFileSync(join(FOLDER, name), "utf8");
    expect(read("LICENSE")).toBe(readFileSync("LICENSE", "utf8"));
    expect(read("THIRD-PARTY-NOTICES.txt")).toBe(readFileSync("dist/THIRD-PARTY-NOTICES.txt", "utf8"));
    expect(read("NODE-LICENSE.txt")).toMatch(/^Node\.js is licensed for use as follows:/);
  });
});

describeReal("a guest without Node", { ...realRoots, ...programs("unshare"), ...executableIsBuilt }, () => {
  describe.each(["bullseye", "bookworm", "trixie", "sid"])("%s", (suite) => {
    test("is linted from inside as from outside", () => {
      const args = ["--protect", "/etc/*", "-f", "json", "--exit-zero"];
      const { status, stdout, stderr } = inGuest(
        suite,
        `cd /mnt/${basename(FOLDER)} && ./cloud-init-lint / ${args.join(" ").replaceAll("*", "'*'")}`,
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const [inside] = JSON.parse(stdout).images;
      const [outside] = JSON.parse(byNode(join(roots, suite), ...args).stdout).images;
      expect(inside.findings).not.toEqual([]);
      expect(inside).toEqual({ ...outside, image: { ...outside.image, source: "/" } });
    });
  });
});
