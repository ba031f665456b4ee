import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whole } from "../samples.ts";
import { run } from "./run.ts";

const STOCK = "fixtures/debian-12";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
}

async function findings(...args: string[]) {
  const { out } = await run(...args, "-f", "json");
  return JSON.parse(out).images[0].findings as {
    rule: string;
    severity: string;
    cause: { path: string; line: number };
  }[];
}

describe("a file on its own", () => {
  test("is linted, and errors fail the build", async () => {
    const path = file("user-data.yaml", "#cloud-config\npakages: [vim]\n");
    const { status, out } = await run(path);
    expect(status).toBe(1);
    expect(out).toContain('did you mean "packages"');
    expect(out).toContain("+ packages: [vim]");
    expect(out).not.toMatch(/distro|datasource/);
    expect((await run(file("b.yaml", "#cloud-config\npackages: [vim]\n"))).status).toBe(0);
  });

  test("JSON has the shape of an image's", async () => {
    const path = file("user-data.yaml", "#cloud-config\npakages: [vim]\n");
    const report = JSON.parse((await run(path, "-f", "json")).out);
    const schema = JSON.parse(readFileSync("schemas/lint-v2.schema.json", "utf8"));
    expect(new Ajv2020().validate(schema, report)).toBe(true);
    expect(report.images[0].image).toEqual({
      source: path,
      distro: null,
      cloudInit: { version: "26.2", enabled: true, package: null },
      datasource: null,
    });
    expect(report.images[0].findings[0].cause).toEqual({ path, line: 2, column: 1 });
  });

  test("--cloud-init-version chooses the version", async () => {
    const path = file("user-data.yaml", "#cloud-config\nnonsense: 1\n");
    expect((await run(path)).status).toBe(1);
    expect((await run(path, "--cloud-init-version", "22.4")).status).toBe(0);
    const wrong = await run(path, "--cloud-init-version", "newest");
    expect(wrong).toMatchObject({ status: 2, out: "" });
    expect(wrong.err).toContain("not a version");
  });

  test("beside an image", async () => {
    const path = file("user-data.yaml", "#cloud-config\npakages: [vim]\n");
    const report = JSON.parse((await run(STOCK, path, "-f", "json")).out);
    expect(report.images.map(({ findings: found }: { findings: unknown[] }) => found.length)).toEqual([0, 1]);
  });

  test("one that no cloud takes is not read", async () => {
    const path = file("big.yaml", "#cloud-config\n");
    truncateSync(path, 50_000_000);
    // What is no text is no user-data, however large.
    expect(await run(path)).toMatchObject({ status: 3 });
    writeFileSync(path, `#cloud-config\n${"a: b\n".repeat(1_200_000)}`);
    const { status, err } = await run(path);
    expect(status).toBe(4);
    expect(err).toContain("too large");
  });

  test("of which not all is read: status 4", async () => {
    expect((await run(file("many.yaml", `#cloud-config\na: ${"x".repeat(6_000_000)}\n`))).status).toBe(4);
  });
});

describe("--stdin-filename", () => {
  const PROGRAM = resolve("bin/cloud-init-lint.js");
  const piped = (input: string | Buffer, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: scratch,
      input,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test.runIf(whole)("the reports and the status are those of a file of that name, here one that is not saved", () => {
    mkdirSync(join(scratch, ".git"));
    const text = "#cloud-config\npakages: [vim]\n";
    const formats = ["-f", "text", "-f", "sarif=out"];
    const report = (...args: string[]) => {
      const { stderr, ...rest } = piped(text, ...args, ...formats);
      return { ...rest, stderr, sarif: readFileSync(join(scratch, "out"), "utf8") };
    };
    file("network-config", "#cloud-config\npackages: [vim]\n");
    const unsaved = report("-", "--stdin-filename", "network-config");
    file("network-config", text);
    const saved = report("network-config");
    expect(unsaved).toEqual(saved);
    expect(unsaved).toMatchObject({ status: 1, stderr: "", stdout: expect.stringContaining("2 | pakages: [vim]") });
    expect(JSON.parse(unsaved.sarif).runs[0].results[0].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "network-config" },
      region: { startLine: 2 },
    });
    const clean = piped("#cloud-config\npackages: [vim]\n", "-", "--stdin-filename", "a.yaml");
    expect(clean).toMatchObject({ status: 0, stderr: "" });
  });

  test.each<[string, string | Buffer, string[], number, RegExp]>([
    [
      "an archive",
      Buffer.alloc(1024),
      ["-", "--stdin-filename", "a"],
      2,
      /without the option, it is linted as an image/,
    ],
    ["nothing", "", ["-", "--stdin-filename", "a"], 3, /^cloud-init-lint: a: standard input is empty$/m],
    ["too much", "a: b\n".repeat(1_200_000), ["-", "--stdin-filename", "a"], 4, /too large for user-data/],
    ["a file, without -", "", ["./a", "--stdin-filename", "a"], 2, /pass - for standard input as well/],
    ["a file without a name", "", ["-", "--stdin-filename", ""], 2, /missing file name/],
    ["a file without the option", "#cloud-config\n", ["-"], 3, /name user-data with --stdin-filename/],
    [
      "a file, with an option of images",
      "a: b\n",
      ["-", "--stdin-filename", "a", "--datasource", "Ec2"],
      2,
      /a is a file/,
    ],
  ])("%s on standard input", (_, input, args, status, message) => {
    expect(piped(input, ...args)).toEqual({ status, stdout: "", stderr: expect.stringMatching(message) });
  });
});

describe("--user-data", () => {
  test("the image is booted with it, and it is checked itself", async () => {
    const path = file("user-data", "#cloud-config\nmanage_etc_hosts: true\npakages: [vim]\n");
    const root = join(scratch, "image");
    cpSync(STOCK, root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n10.0.0.5 registry.internal\n");
    const found = await findings(root, "--user-data", path, "--protect", "/etc/hosts");
    const ofFile = found.filter(({ cause }) => cause.path === path).map(({ rule, cause }) => `${cause.line} ${rule}`);
    expect(ofFile).toContain("2 hosts-file-replaced");
    expect(ofFile).toContain("3 schema-key-unknown");
  });

  test("takes the place of the seed's, whose other files stay", async () => {
    const seed = join(scratch, "seed");
    mkdirSync(seed);
    writeFileSync(join(seed, "meta-data"), "instance-id: i-1\nlocal-hostname: given\n");
    writeFileSync(join(seed, "user-data"), "#cloud-config\npackages: vim\n");
    const path = file("other", "#cloud-config\nruncmd: a\n");
    const found = await findings(STOCK, "--seed", seed, "--user-data", path);
    expect(found.map(({ cause }) => cause.path)).toContain(path);
    expect(found.map(({ cause }) => cause.path)).not.toContain(join(seed, "user-data"));
    const { out } = await run("plan", STOCK, "--seed", seed, "--user-data", path);
    expect(out).toContain("given");
  });

  test("the seed's own files are checked", async () => {
    const seed = join(scratch, "seed");
    mkdirSync(seed);
    writeFileSync(join(seed, "meta-data"), "instance-id: i-1\n");
    writeFileSync(join(seed, "user-data"), "#cloud-config\npackages: vim\n");
    writeFileSync(join(seed, "vendor-data"), "hello\n");
    writeFileSync(join(seed, "network-config"), "version: 1\nconfig: [{type: physical}]\n");
    const found = (await findings(STOCK, "--seed", seed)).filter(({ rule }) => /^(schema|user)-/.test(rule));
    expect(found.map(({ rule, cause }) => `${cause.path.slice(seed.length)} ${rule}`).sort()).toEqual([
      "/network-config schema-value-invalid",
      "/user-data schema-value-invalid",
      "/vendor-data user-data-not-applied",
    ]);
  });

  test("which is not there is wrong usage", async () => {
    const { status, err } = await run(STOCK, "--user-data", join(scratch, "nowhere"));
    expect(status).toBe(2);
    expect(err).toContain("no such file");
  });
});

describe("the schema that the image carries", () => {
  test("judges, not our tables", async () => {
    const root = join(scratch, "image");
    cpSync(STOCK, root, { recursive: true, verbatimSymlinks: true });
    const library = join(root, "usr/lib/python3/dist-packages/cloudinit/config/schemas");
    mkdirSync(library, { recursive: true });
    const schema = { properties: { packages: { type: "string" }, timezone: { enum: ["UTC"] } } };
    writeFileSync(join(library, "schema-cloud-config-v1.json"), JSON.stringify(schema));
    const path = file("user-data", "#cloud-config\npackages: vim\ntimezone: Europe/Berlin\n");
    const found = await findings(root, "--user-data", path);
    const ours = found.filter(({ rule }) => rule.startsWith("schema-"));
    expect(ours).toMatchObject([{ severity: "error", cause: { path, line: 3 } }]);
  });
});
