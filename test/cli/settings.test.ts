import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./run.ts";

const HARDENED = resolve("fixtures/debian-12-hardened");
const FILE = ".cloud-init-lint.yaml";
/** A stock image, which has one note. */
const STOCK = resolve("fixtures/ubuntu-24.04");
const NOTE = "apt-sources-replaced";
/** For a file linted on its own, which takes milliseconds. */
const OFF = "rules: { schema-key-unknown: off }\n";

const here = process.cwd();
let scratch: string;
/** User-data with one error and one warning. */
let userData: string;
beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "cloud-init-lint-")));
  mkdirSync(join(scratch, "repository/.git"), { recursive: true });
  mkdirSync(join(scratch, "repository/below/it"), { recursive: true });
  process.chdir(join(scratch, "repository"));
  userData = join(scratch, "user-data.yaml");
  writeFileSync(userData, "#cloud-config\nhostnme: web\n");
});
afterEach(() => {
  process.chdir(here);
  rmSync(scratch, { recursive: true, force: true });
});

/** The rules of a lint with their severities. */
async function findings(...args: string[]): Promise<string[]> {
  const { out } = await run(...args, "-f", "json");
  const [{ findings }] = JSON.parse(out).images;
  return findings.map(({ rule, severity }: { rule: string; severity: string }) => `${rule} ${severity}`);
}

describe("--rule", () => {
  test("is off or the severity of all findings of a rule, in an image and in a file on its own", async () => {
    expect(await findings(STOCK)).toEqual([`${NOTE} info`]);
    expect(await findings(STOCK, "--rule", `${NOTE}=error`)).toEqual([`${NOTE} error`]);
    expect(await findings(STOCK, "--rule", `${NOTE}=error`, "--rule", `${NOTE}=off`)).toEqual([]);
    expect((await run(STOCK, "--rule", `${NOTE}=error`)).status).toBe(1);
    expect(await findings(userData, "--rule", "schema-key-unknown=info")).toEqual(["schema-key-unknown info"]);
  });

  test("a mistake in it", async () => {
    expect(await run(HARDENED, "--rule", "hostname-rest=off")).toEqual({
      status: 2,
      out: "",
      err: 'cloud-init-lint: unknown rule "hostname-rest" (did you mean "hostname-reset"?)\n',
    });
  });
});

describe("the configuration file", () => {
  test("binary data is read as text", async () => {
    writeFileSync(FILE, "seed: !!binary c2VlZA==\n");
    expect(await run("lint", STOCK)).toMatchObject({ status: 2, err: expect.stringContaining("no such directory") });
  });

  test("is found up to the root of the repository, the nearest one first; --config names another", async () => {
    writeFileSync(join(scratch, FILE), "not: read\n");
    expect((await run(userData)).status).toBe(1);
    writeFileSync(FILE, OFF);
    process.chdir("below/it");
    expect(await run(userData)).toMatchObject({ status: 0, err: "" });
    expect((await run(userData, "--config", "/dev/null")).status).toBe(1);
    writeFileSync(`../${FILE}`, "fail-on: never\n");
    expect(await run(userData)).toMatchObject({ status: 0, out: expect.stringContaining("hostnme") });
    process.chdir(scratch);
    expect(await run(userData)).toMatchObject({
      status: 2,
      err: expect.stringContaining(`${FILE}:1:1: unknown key "not"`),
    });
  });

  test("applies to fix: a rule that is off is not fixed, and the remaining findings fail the run as configured", async () => {
    expect(await run("fix", userData, "--dry-run")).toMatchObject({
      status: 0,
      out: expect.stringContaining("+hostname: web"),
    });
    writeFileSync(FILE, OFF);
    expect((await run("fix", userData, "--dry-run")).out).toBe("");
    writeFileSync(FILE, "rules: { schema-key-unknown: info }\nfail-on: info\n");
    expect(await run("fix", userData, "--dry-run")).toMatchObject({ status: 1, out: "" });
  });

  test("is only read in the working directory where there is no repository", async () => {
    rmSync(".git", { recursive: true });
    writeFileSync(FILE, OFF);
    expect((await run(userData)).status).toBe(0);
    process.chdir("below");
    expect((await run(userData)).status).toBe(1);
  });

  test("options of the command line win", async () => {
    writeFileSync(FILE, "rules: { schema-key-unknown: info }\nfail-on: info\nformats: json=out.json\n");
    expect(await run(userData)).toEqual({ status: 1, out: "", err: "" });
    expect(JSON.parse(readFileSync("out.json", "utf8")).images[0].summary).toMatchObject({ error: 0, info: 1 });
    expect((await run(userData, "--exit-zero")).status).toBe(0);
    expect((await run(userData, "--fail-on", "never")).status).toBe(0);
    expect((await run(userData, "--rule", "schema-key-unknown=off")).status).toBe(0);
    const args = ["-f", "text", "--fail-on", "error", "--rule", "schema-key-unknown=error"];
    expect(await run(userData, ...args)).toMatchObject({ status: 1, out: expect.stringContaining("1 error") });
    expect((await run(userData, "-f", "text", "--fail-on", "error")).out).toContain("1 note hidden");
    expect((await run(userData, "-f", "text", "--min-severity", "error")).err).toContain(
      "hidden by --min-severity error",
    );
  });

  test("datasource and seed apply to plan and config too; paths are relative to the file", async () => {
    mkdirSync("seed");
    writeFileSync("seed/meta-data", "instance-id: i-1\nlocal-hostname: web1\n");
    writeFileSync("seed/user-data", "#cloud-config\nssh_pwauth: false\n");
    writeFileSync(FILE, "datasource: NoCloud\nseed: seed\nformats: sarif\n");
    process.chdir("below");
    expect(await run("plan", HARDENED)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/datasource\s+NoCloud[\s\S]*web1/),
    });
    expect((await run("config", HARDENED)).out).toContain("../seed/user-data:2");
    expect((await run(HARDENED, "-f", "github")).out).not.toContain("sshd-setting-overwritten");
    writeFileSync(`../${FILE}`, "seed: sed\n");
    expect(await run("plan", HARDENED)).toEqual({
      status: 2,
      out: "",
      err: `cloud-init-lint: ../${FILE}:1:1: seed ../sed: no such directory\n`,
    });
    expect((await run("plan", HARDENED, "--seed", "../seed")).status).toBe(0);
  });

  test("a key that has no use in this run is allowed, since the file serves all images", async () => {
    writeFileSync("README.md", "text\n");
    writeFileSync(FILE, "protect: /nowhere/*\nmap: { /nowhere: below }\nanchor: README.md\ndatasource: Ec2\n");
    writeFileSync("user-data.yaml", "#cloud-config\n{}\n");
    expect(await run("user-data.yaml")).toMatchObject({ status: 0, err: "" });
    expect(await run(HARDENED, "-f", "sarif", "--exit-zero")).toMatchObject({
      status: 0,
      err: "",
      out: expect.stringContaining("README.md"),
    });
    writeFileSync(FILE, "map: { /etc: nowhere }\n");
    expect(await run(HARDENED, "-f", "sarif")).toEqual({
      status: 2,
      out: "",
      err: `cloud-init-lint: ${FILE}:1:1: map /etc=nowhere: nowhere does not exist\n`,
    });
  });

  test("of an image does not configure its lint", async () => {
    mkdirSync("image/etc/cloud", { recursive: true });
    writeFileSync("image/etc/cloud/cloud.cfg", "hostnme: x\n");
    writeFileSync(`image/${FILE}`, "fail-on: never\n");
    process.chdir("image");
    expect(await run(".", "--fail-on", "info")).toMatchObject({
      err: expect.stringContaining(
        `warning: ${FILE} is part of the image . and is ignored; to use it, pass --config ${FILE}`,
      ),
    });
    expect((await run(".", "--config", FILE)).err).not.toContain("is ignored");
  });

  test.each<[what: string, make: () => void, message: string]>([
    ["a directory", () => mkdirSync(FILE), `${FILE}: this is a directory, not a file`],
    ["a link to nothing", () => symlinkSync("nowhere", FILE), `${FILE}: no such file or directory`],
    [
      "another name",
      () => writeFileSync(".cloud-init-lint.yml", ""),
      `.cloud-init-lint.yml is not read; rename it to ${FILE}`,
    ],
    [
      "too large",
      () => writeFileSync(FILE, "#".repeat(1_000_001)),
      `${FILE}: larger than 1 MB, which no configuration file needs`,
    ],
    ["not text", () => writeFileSync(FILE, Buffer.from([0x61, 0xff])), `${FILE}: not a text file in UTF-8`],
    [
      "of another version",
      () => writeFileSync(FILE, "version: 9\n"),
      `${FILE}:1:10: version 9 is for a newer cloud-init-lint; this one reads version 1`,
    ],
  ])("%s", async (_what, make, message) => {
    make();
    expect(await run(userData)).toEqual({ status: 2, out: "", err: `cloud-init-lint: ${message}\n` });
  });

  test("a link is read if it stays in the repository, or if the user names it", async () => {
    writeFileSync("shared.yaml", OFF);
    symlinkSync("shared.yaml", FILE);
    expect((await run(userData)).status).toBe(0);
    rmSync(FILE);
    writeFileSync(join(scratch, "shared.yaml"), OFF);
    symlinkSync("../shared.yaml", FILE);
    expect(await run(userData)).toEqual({
      status: 2,
      out: "",
      err: `cloud-init-lint: ${FILE}: this link leads out of ${process.cwd()}; to use its target, pass --config ${FILE}\n`,
    });
    expect((await run(userData, "--config", FILE)).status).toBe(0);
  });

  test("all mistakes are named at once, up to ten", async () => {
    writeFileSync("c.yaml", Array.from({ length: 12 }, (_, index) => `key${index}: 1\n`).join(""));
    const { status, err } = await run(userData, "--config", "c.yaml");
    expect(status).toBe(2);
    const lines = err.trimEnd().split("\n");
    expect(lines).toHaveLength(11);
    expect(lines[1]).toMatch(/^cloud-init-lint: c\.yaml:2:1: unknown key "key1" /);
    expect(lines.at(-1)).toBe("cloud-init-lint: c.yaml: 2 more mistakes");
    expect(await run(userData, "--config", "nowhere.yaml")).toMatchObject({
      status: 2,
      err: "cloud-init-lint: --config nowhere.yaml: no such file or directory\n",
    });
  });
});

test("init writes a file that sets nothing, and keeps an existing one", async () => {
  expect(await run("init")).toEqual({ status: 0, out: "", err: `wrote ${FILE}; uncomment what you need\n` });
  const text = readFileSync(FILE, "utf8");
  expect(text).toContain("#fail-on: warning");
  expect((await run(userData)).status).toBe(1);
  writeFileSync(FILE, `${text}fail-on: never\n`);
  expect(await run("init")).toMatchObject({
    status: 2,
    err: `cloud-init-lint: ${FILE} already exists; it is not overwritten\n`,
  });
  expect(readFileSync(FILE, "utf8")).toContain("fail-on: never");
  expect((await run(userData)).status).toBe(0);
});
