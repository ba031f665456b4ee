import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { packed, tarball } from "../image/tarball.ts";
import { run } from "./run.ts";

const IMAGE = "fixtures/debian-12-hardened";
const PROGRAM = join(process.cwd(), "bin/cloud-init-lint.js");

let scratch: string;
let file: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  file = join(scratch, "user-data.yaml");
  writeFileSync(file, "#cloud-config\nssh_pwauth: true\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(scratch, { recursive: true, force: true });
});

describe("options that would be ignored are refused", () => {
  test.each<[(path: string) => string[], RegExp]>([
    [() => [IMAGE, "--map", "/etc=files"], /--map needs -f sarif, -f github or -f gitlab/],
    [() => [IMAGE, "--anchor", "README.md", "-f", "json"], /--anchor needs/],
    [() => [IMAGE, "--cloud-init-version", "22.4"], /--cloud-init-version applies only to files linted on their own/],
    [(path) => [path, "--seed", "examples/packer/seed"], /--seed applies only to images: .*user-data.yaml is a file/],
    [(path) => [path, "--user-data", path], /--user-data applies only to images/],
    [(path) => [path, "--datasource", "Ec2"], /--datasource applies only to images/],
    [(path) => [path, "--pristine", IMAGE], /--pristine applies only to images/],
    [(path) => [path, "--protect", "/etc/**"], /--protect applies only to images/],
    [() => [IMAGE, "--map", "/etc/hosts=src", "-f", "sarif"], /contains no directory \/etc\/hosts/],
    [() => [IMAGE, "--map", "/etc=README.md", "-f", "sarif"], /contains no file \/etc/],
    [() => [IMAGE, "--map", "/nope=src", "-f", "sarif"], /contains no directory \/nope/],
    [() => [IMAGE, "--protect", "/etc/nope"], /--protect \/etc\/nope: no file in the image matches/],
    [
      () => [IMAGE, "--protect", "/etc/hosts", "--protect", "/etc/ssh"],
      /--protect \/etc\/ssh: no file .*DIRECTORY\/\*\*/,
    ],
    [() => [IMAGE, "--protect", "*.conf"], /--protect \*\.conf: paths in the image begin with "\/"/],
    [() => ["-", "-"], /standard input can be read only once/],
    [() => ["-", "--pristine", "-"], /standard input can be read only once/],
    [() => [""], /an image name is empty/],
  ])("%s", async (args, message) => {
    const { status, out, err } = await run(...args(file));
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: expect.stringMatching(message) });
  });

  test("but not where one of several has a use for them", async () => {
    const args = [IMAGE, file, "--cloud-init-version", "22.4", "--datasource", "None", "--exit-zero"];
    expect(await run(...args)).toMatchObject({ status: 0, err: "" });
  });

  test("a map may name a file, a directory, all of the image", async () => {
    const maps = ["/=fixtures/debian-12-hardened", "/etc/hosts=README.md"].flatMap((map) => ["--map", map]);
    const { status, out } = await run(IMAGE, "-f", "sarif", ...maps);
    expect(status).toBe(1);
    expect(out).toContain('"uri": "fixtures/debian-12-hardened/etc/cloud/cloud.cfg.d/20-team.cfg"');
    expect(out).toContain('"uri": "README.md"');
  });
});

describe("reports", () => {
  test("two never share a file, and none replaces the image", async () => {
    const path = join(scratch, "x");
    const { status, err } = await run(IMAGE, "-f", `json=${path}`, "-f", `sarif=${scratch}/./x`);
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining("another report is written to this file; name another one"),
    });
    const archive = join(scratch, "image.tar");
    writeFileSync(archive, tarball(packed(IMAGE)));
    const bytes = readFileSync(archive);
    expect((await run(archive, "-f", `sarif=${archive}`)).status).toBe(2);
    expect((await run(IMAGE, "--pristine", archive, "-f", `sarif=${archive}`)).status).toBe(2);
    expect(readFileSync(archive).equals(bytes)).toBe(true);
  });

  test("a full disk is told", async () => {
    expect(await run(IMAGE, "-f", "sarif=/dev/full")).toMatchObject({
      status: 2,
      err: expect.stringContaining("no space left"),
    });
  });
});

test("where nobody hears the messages the status stays", () => {
  const full = openSync("/dev/full", "w");
  const { status } = spawnSync(process.execPath, [PROGRAM, "/nowhere"], { stdio: ["ignore", "ignore", full] });
  closeSync(full);
  expect(status).toBe(3);
});

test("standard output on a full disk is told, whatever it is for", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "needs"], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: "cloud-init-lint: cannot write to standard output: no space left on device\n",
  });
});

test("a working directory that is gone is no fault of the program", async () => {
  vi.spyOn(process, "cwd").mockImplementation(() => {
    throw Object.assign(new Error("ENOENT: no such file or directory, uv_cwd"), { syscall: "uv_cwd" });
  });
  expect(await run(IMAGE, "-f", "sarif")).toMatchObject({
    status: 2,
    err: expect.stringContaining("the working directory no longer exists"),
  });
});
