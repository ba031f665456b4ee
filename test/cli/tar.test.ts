import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { packed, tarball } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

const HARDENED = "fixtures/debian-12-hardened";
const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

let archive: Buffer;
beforeAll(() => {
  archive = tarball(packed(HARDENED));
});

/** The program itself, with something on standard input. */
function withInput(input: Buffer | string, ...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { input, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

function withoutSource(report: string, source: string): string {
  return report.replaceAll(JSON.stringify(source), '"SOURCE"');
}

test.each(oneOf(3, ["lint", "plan", "config"]))(
  "%s -f json is the same of a directory, tar, gzip and standard input",
  async (command) => {
    const root = tree({});
    const [plain, zipped] = [join(root, "image.tar"), join(root, "image.tgz")];
    writeFileSync(plain, archive);
    writeFileSync(zipped, gzipSync(archive));
    const expected = await run(command, HARDENED, "-f", "json");
    expect(expected.out.length).toBeGreaterThan(500);
    for (const source of oneOf(2, [plain, zipped])) {
      const { status, out, err } = await run(command, source, "-f", "json");
      expect({ status, err }).toEqual({ status: expected.status, err: "" });
      expect(withoutSource(out, source)).toBe(withoutSource(expected.out, HARDENED));
    }
    for (const input of oneOf(2, [gzipSync(archive), archive])) {
      const { status, out, err } = withInput(input, command, "-", "-f", "json");
      expect({ status, err }).toEqual({ status: expected.status, err: "" });
      expect(withoutSource(out, "-")).toBe(withoutSource(expected.out, HARDENED));
    }
  },
);

test("--pristine may be an archive too", async () => {
  const root = tree({});
  writeFileSync(join(root, "same.tar"), archive);
  const { status, out } = await run(HARDENED, "--pristine", join(root, "same.tar"));
  expect({ status, found: /nothing/.test(out) }).toEqual({ status: 0, found: true });
});

describe("what is no image", () => {
  test.each(
    oneOf<[string, string, number, RegExp]>(2, [
      ["an empty standard input", "", 3, /standard input is empty/],
      [
        "a text on standard input",
        "#cloud-config\n",
        3,
        /standard input must be an archive or a disk image; name user-data with --stdin-filename/,
      ],
      ["a truncated one", "TRUNCATED", 4, /truncated/],
      ["damaged bzip2", "BZh91AY&SY", 4, /invalid bzip2 data/],
    ]),
  )("%s", (_name, input, status, message) => {
    const result = withInput(input === "TRUNCATED" ? archive.subarray(0, 20_000) : input, "-");
    expect(result).toMatchObject({ status, out: "" });
    expect(result.err).toMatch(message);
  });

  test("a directory as standard input", () => {
    const directory = openSync(tree({}), "r");
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "-"], { stdio: [directory, "pipe", "pipe"] });
    closeSync(directory);
    expect({ status, stderr: String(stderr) }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("standard input is a directory"),
    });
  });

  test("a directory named - is given as ./-", () => {
    const root = tree({ "-/etc/hostname": "x\n" });
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "-"], { cwd: root, input: "", encoding: "utf8" });
    expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining("standard input is empty") });
    const named = spawnSync(process.execPath, [PROGRAM, "./-"], { cwd: root, encoding: "utf8" });
    expect(named).toMatchObject({ status: 3, stderr: expect.stringContaining("./-: no cloud-init found") });
  });

  test("an empty file, which may be what a failed build left", async () => {
    const path = join(tree({ "image.tar": "" }), "image.tar");
    expect(await run(path)).toMatchObject({ status: 3, out: "", err: expect.stringContaining("is empty") });
  });

  test("compressed nothing, which is what a tar leaves that failed", async () => {
    const path = join(tree({}), "image.tar.gz");
    writeFileSync(path, gzipSync(""));
    expect(await run(path)).toMatchObject({
      status: 3,
      out: "",
      err: expect.stringContaining("contains no tar archive"),
    });
    writeFileSync(path, gzipSync(archive).subarray(0, 12));
    expect(await run(path)).toMatchObject({ status: 4, out: "" });
  });

  test("an archive without /etc, one of names that lead out, a device", async () => {
    const path = join(tree({}), "x.tar");
    writeFileSync(path, tarball([{ name: "usr/bin/sh", content: "x" }]));
    expect(await run(path)).toMatchObject({ status: 3, err: expect.stringContaining("no cloud-init found") });
    writeFileSync(path, Buffer.concat([tarball([{ name: "../etc/passwd" }], Buffer.alloc(0)), archive]));
    const { status, err } = await run(path);
    expect({ status, err }).toMatchObject({ status: 4, err: expect.stringContaining("points outside the image") });
    expect(await run("/dev/null")).toMatchObject({ status: 3, out: "" });
  });
});
