import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { schemaErrors } from "../report/schemas.ts";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

const HARDENED = "fixtures/debian-12-hardened";
const STOCK = "fixtures/debian-12";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of the stock image with some files laid over it. */
function image(files: Record<string, string | Buffer> = {}): string {
  const root = join(scratch, "image");
  cpSync(STOCK, root, { recursive: true, verbatimSymlinks: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  return root;
}

describe("lint", () => {
  test("finds what the boot undoes, names both lines, fails", async () => {
    const { status, out } = await run(HARDENED);
    expect(status).toBe(1);
    expect(out).toContain("/etc/ssh/sshd_config:6");
    expect(out).toContain("/etc/cloud/cloud.cfg.d/20-team.cfg");
    expect(out).toMatch(/PasswordAuthentication/);
  });

  test("has nothing to say of a stock image", async () => {
    const { status, out, err } = await run(STOCK);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("nothing");
  });

  test("JSON keeps to the contract", async () => {
    const { out } = await run("lint", HARDENED, "-f", "json");
    const report = JSON.parse(out);
    expect(report.schemaVersion).toBe(2);
    expect(report.images[0].image).toEqual({
      source: HARDENED,
      distro: { id: "debian", version: "12" },
      cloudInit: { version: "22.4.2", enabled: true, package: "22.4.2-1+deb12u3" },
      datasource: null,
    });
    const finding = report.images[0].findings.find((one: { rule: string }) => one.rule === "sshd-setting-overwritten");
    expect(finding).toMatchObject({
      severity: "error",
      confidence: "certain",
      service: "sshd",
      module: "set_passwords",
      losses: [
        { path: "/etc/ssh/sshd_config", line: 6, setting: "PasswordAuthentication", before: "no", after: "yes" },
      ],
      cause: { path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 2, column: 1 },
    });
    expect(finding.fix).toMatchObject({ safe: true, why: null });
    expect(finding.fix.edits[0].diff).toContain("-ssh_pwauth: true\n+ssh_pwauth: false\n");
  });

  test("several reports at once, files beside standard output", async () => {
    const file = join(scratch, "lint.sarif");
    const { status, out } = await run(HARDENED, "-f", "text", "-f", `sarif=${file}`);
    expect(status).toBe(1);
    expect(out).toContain("sshd-setting-overwritten");
    expect(JSON.parse(readFileSync(file, "utf8")).version).toBe("2.1.0");
  });

  test("--fail-on decides the status, --min-severity what is shown", async () => {
    expect((await run(HARDENED, "--fail-on", "never")).status).toBe(0);
    const all = JSON.parse((await run(HARDENED, "-f", "json")).out).images[0].findings;
    const errors = JSON.parse((await run(HARDENED, "-f", "json", "--min-severity", "error")).out).images[0].findings;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors).toEqual(all.filter((one: { severity: string }) => one.severity === "error"));
  });

  test("what fails is shown, unless the user says what is shown", async () => {
    const stock = "fixtures/ubuntu-24.04";
    const shown = await run(stock, "--fail-on", "info");
    expect(shown.status).toBe(1);
    expect(shown.out).toMatch(/^\s+\d+:\d+ {2}note, likely /m);
    expect((await run(stock, "--fail-on", "info", "-f", "github")).out).toMatch(/^::notice /);
    expect((await run(stock, "--fail-on", "info", "--min-severity", "warning")).out).toContain("1 note hidden");
    expect((await run(stock, "-f", "github")).out).toBe((await run(stock)).out);
    const hidden = await run(stock, "--fail-on", "info", "--min-severity", "error", "-f", "github");
    expect(hidden).toEqual({
      status: 1,
      out: expect.stringContaining("nothing to report"),
      err: expect.stringContaining("findings hidden by --min-severity error"),
    });
    expect((await run(HARDENED, "--fail-on", "error")).out).toContain("1 note hidden");
  });

  test("--exit-zero: findings do not fail, all else does", async () => {
    expect((await run(HARDENED, "--exit-zero", "--fail-on", "info")).status).toBe(0);
    expect((await run("/nowhere", "--exit-zero")).status).toBe(3);
    expect((await run(HARDENED, "--exit-zero", "-f", "sarif=/nowhere/x")).status).toBe(2);
  });

  test("--pristine: only what differs from the unmodified image is customised", async () => {
    expect((await run(HARDENED, "--pristine", HARDENED)).status).toBe(0);
    expect((await run(HARDENED, "--pristine", STOCK)).status).toBe(1);
    expect(await run(HARDENED, "--pristine", "/nowhere")).toMatchObject({
      status: 2,
      err: expect.stringContaining("--pristine: /nowhere: no such file"),
    });
  });

  test("--protect: a stock setting counts as customised", async () => {
    const root = image({ "etc/cloud/cloud.cfg.d/20-team.cfg": "preserve_hostname: false\nhostname: node\n" });
    expect((await run(root, "--fail-on", "warning")).status).toBe(0);
    expect((await run(root, "--fail-on", "warning", "--protect", "/etc/host*")).status).toBe(1);
  });

  test("--seed: what the cloud hands over", async () => {
    const seed = join(scratch, "seed");
    mkdirSync(seed);
    writeFileSync(join(seed, "meta-data"), "instance-id: i-1\nlocal-hostname: web1\n");
    writeFileSync(join(seed, "user-data"), "#cloud-config\nssh_pwauth: false\n");
    const { status, out } = await run(HARDENED, "--seed", seed, "-f", "json");
    const findings = JSON.parse(out).images[0].findings.map((one: { rule: string }) => one.rule);
    expect(findings).not.toContain("sshd-setting-overwritten");
    expect(findings).toContain("hosts-file-replaced");
    expect(status).toBe(1);
    expect((await run(HARDENED, "--seed", join(scratch, "none"))).status).toBe(2);
  });
});

describe("bad input", () => {
  test.each([
    ["a wrong path", () => join(scratch, "nowhere"), 3, /nowhere/],
    ["an empty directory", () => scratch, 3, /no cloud-init/],
    ["a binary file", () => process.execPath, 3, /neither a supported image nor a text file/],
    [
      "a mistyped command",
      () => "plam",
      2,
      /"plam" is neither a command nor an image \(did you mean the command "plan"\?\)/,
    ],
    [
      "a command that does not exist",
      () => "repair",
      2,
      /"repair" is neither a command nor an image \(commands: lint, plan, /,
    ],
  ])("%s", async (_what, source, status, message) => {
    const result = await run(source());
    expect(result.status).toBe(status);
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/ at .*\.ts:/);
    expect(result.out).toBe("");
  });

  test.each([
    [["repair", STOCK], /"repair" is neither a command nor an image/],
    [["audit", STOCK, "-f", "json"], /"audit" is neither a command nor an image/],
    [["Plan", STOCK], /did you mean the command "plan"/],
    [[STOCK, "scan"], /"scan" is neither a command nor an image/],
    [["-q", "plan", STOCK], /put it first: cloud-init-lint plan/],
  ])("a word that is no command is told before anything is linted: %j", async (args, message) => {
    const { status, out, err } = await run(...args);
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: expect.stringMatching(message) });
  });

  test.each<[string, string[], number, RegExp]>([
    ["a link that leads nowhere", ["link"], 3, /link: a symbolic link to nowhere, which does not exist$/],
    ["a link to itself", ["loop"], 4, /loop cannot be read: too many symbolic links encountered$/],
    ["a file as a directory", ["text/x"], 3, /text\/x: no such file or directory$/],
    ["a name too long for a file", ["x".repeat(300)], 3, /x: no such file or directory$/],
    ["a text for a plan", ["plan", "text"], 3, /text is a text file, not an image; pass user-data with --user-data$/],
    ["a text for config", ["config", "text"], 3, /text is a text file, not an image/],
    ["a text as --pristine", [STOCK, "--pristine", "text"], 2, /--pristine: \S+text is a text file, not an image/],
    [
      "a seed that is a file",
      [STOCK, "--seed", "text"],
      2,
      /--seed \S+text: not a directory; name the one that contains/,
    ],
    ["a seed that does not exist", [STOCK, "--seed", "none"], 2, /--seed \S+none: no such directory$/],
    ["user-data that is a directory", [STOCK, "--user-data", "."], 2, /--user-data \S+: not a regular file$/],
    ["no image", ["plan"], 2, /missing required argument 'image' \(see --help\)$/],
    ["an option without its value", [STOCK, "-f"], 2, /'-f, --format <format\[=file\]>' argument missing/],
    ["a mistyped option", [STOCK, "--protct", "x"], 2, /unknown option '--protct' \(Did you mean --protect\?\)$/],
    ["a format in capitals", [STOCK, "-f", "SARIF"], 2, /unknown format "SARIF" \(did you mean "sarif"\?\)$/],
    ["a mistyped datasource", [STOCK, "--datasource", "azur"], 2, /unknown datasource \(did you mean "Azure"\?\)$/],
    [
      "a rule that is none",
      ["explain", "nonsense"],
      2,
      /unknown rule "nonsense" \(cloud-init-lint rules lists them all\)$/,
    ],
    [
      "the begin of a rule",
      ["explain", "hosts-file"],
      2,
      /unknown rule "hosts-file" \(did you mean "hosts-file-replaced"\?\)$/,
    ],
    [
      "two reports for standard output",
      [STOCK, "-f", "sarif", "-f", "html"],
      2,
      /only one report can go to standard output: write the others to files, as in html=FILE instead of html$/,
    ],
  ])("%s: one line, and nothing else", async (_what, args, status, message) => {
    symlinkSync("nowhere", join(scratch, "link"));
    symlinkSync("loop", join(scratch, "loop"));
    writeFileSync(join(scratch, "text"), "#cloud-config\n");
    const inScratch = /^(link|loop|text|none|x{300}|\.)(\/|$)/;
    const result = await run(...args.map((arg) => (inScratch.test(arg) ? join(scratch, arg) : arg)));
    expect({ status: result.status, out: result.out }).toEqual({ status, out: "" });
    expect(result.err).toMatch(/^cloud-init-lint: [^\n]*\n$/);
    expect(result.err.trimEnd()).toMatch(message);
  });

  test("an image may have the name of a command, or one like it", async () => {
    expect(await run("lint", "fix")).toMatchObject({ status: 3, err: expect.stringContaining("fix: no such file") });
    expect(await run("src")).toMatchObject({ status: 3, err: expect.stringContaining("no cloud-init found") });
    expect(await run("rootfs.tar")).toMatchObject({ status: 3, err: expect.stringContaining("no such file") });
  });

  test.each<[string, Buffer, number, RegExp]>([
    ["a disk without a system", Buffer.alloc(1 << 20, "\0", "latin1"), 3, /is neither a supported image nor/],
    ["a truncated qcow2", Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), 4, /cannot be read: it is truncated/],
  ])("%s", async (_what, bytes, status, err) => {
    const path = join(scratch, "disk.img");
    writeFileSync(path, bytes);
    expect(await run(path)).toMatchObject({ status, out: "", err: expect.stringMatching(err) });
  });

  test("a directory of container images without one", async () => {
    writeFileSync(join(scratch, "manifest.json"), "[]");
    const err = expect.stringContaining("contains no container image");
    expect(await run(scratch)).toMatchObject({ status: 3, out: "", err });
  });

  test.each([
    [["lint", STOCK, "--formt", "json"], /--format/],
    [["plan", STOCK, "-f", "jsom"], /did you mean "json"/],
    [["lint", STOCK, "-f", "jsn"], /did you mean "json"/],
    [["lint", STOCK, "--fail-on", "eror"], /error, warning, info, never/],
    [["explain", "sshd-setting-overwriten"], /did you mean "sshd-setting-overwritten"/],
    [["lint", STOCK, "-f", "json", "-f", "text"], /only one report/],
    [["lint", STOCK, "-f", "json=/nowhere/x"], /\/nowhere\/x/],
    [[], /Usage/],
  ])("%s", async (args, message) => {
    const { status, err } = await run(...args);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });

  test.each([
    ["broken YAML", "apt: [1\n", "config-file-ignored"],
    ["no mapping", "- a\n", "config-file-ignored"],
    ["not UTF-8", Buffer.from([0x23, 0x20, 0xe9, 0x0a]), "cloud-init-cannot-start"],
    ["deeply nested", `a: ${"[".repeat(100_000)}`, "cloud-init-cannot-start"],
  ])("a cfg file that is %s is a finding with its place", async (_what, content, rule) => {
    const { status, out } = await run(image({ "etc/cloud/cloud.cfg.d/20-team.cfg": content }), "-f", "json");
    const finding = JSON.parse(out).images[0].findings[0];
    expect(status).toBe(1);
    expect(finding).toMatchObject({ rule, severity: "error", cause: { path: "/etc/cloud/cloud.cfg.d/20-team.cfg" } });
  });

  test("config never ends with 1: an error with which cloud-init stops is on standard error", async () => {
    const root = image({ "etc/cloud/cloud.cfg.d/90.cfg": "system_info: {distro: nonsense}\n" });
    const { out, err, status } = await run("config", root, "-f", "json");
    expect(status).toBe(0);
    expect(JSON.parse(out).schemaVersion).toBe(2);
    expect(err).toMatch(/90\.cfg:1:\d+: cloud-init stops with an error: /);
  });

  test("a cloud.cfg that links out of the image never shows what is there", async () => {
    const root = image();
    writeFileSync(join(scratch, "secret"), "ssh_pwauth: true\nsecret: value\n");
    rmSync(join(root, "etc/cloud/cloud.cfg"));
    symlinkSync("../../../secret", join(root, "etc/cloud/cloud.cfg"));
    const { out } = await run("config", root);
    expect(out).not.toContain("secret");
  });

  test("a cloud.cfg that is a link that leads nowhere is a finding", async () => {
    const root = image();
    rmSync(join(root, "etc/cloud/cloud.cfg"));
    symlinkSync("nowhere", join(root, "etc/cloud/cloud.cfg"));
    const { status, out } = await run(root, "-f", "json");
    expect(status).toBe(1);
    expect(JSON.parse(out).images[0].findings[0].rule).toBe("config-file-ignored");
  });

  test.each<[string, (path: string) => void]>([
    ["is a loop of links", (path) => symlinkSync("cloud.cfg", path)],
    ["is larger than this program reads", (path) => writeFileSync(path, `a: ${"x ".repeat(4_000_000)}\n`)],
  ])("a cloud.cfg that %s gives status 4, and no finding about it", async (_what, put) => {
    const root = image();
    rmSync(join(root, "etc/cloud/cloud.cfg"));
    put(join(root, "etc/cloud/cloud.cfg"));
    const { status, out, err } = await run(root, "-f", "json");
    expect(status).toBe(4);
    expect(err).toContain("/etc/cloud/cloud.cfg was not read");
    expect(JSON.parse(out).images[0].findings).toEqual([]);
  });

  test("an image that is missing does not cost the others their report", async () => {
    const { status, out, err } = await run(join(scratch, "nowhere"), HARDENED, "-f", "json");
    expect(status).toBe(3);
    expect(err).toContain("nowhere");
    expect(JSON.parse(out).images).toHaveLength(1);
  });

  test("where none is there, there is no report that would pass for one", async () => {
    const file = join(scratch, "lint.sarif");
    const { status, out } = await run(join(scratch, "a"), join(scratch, "b"), "-f", "json", "-f", `sarif=${file}`);
    expect({ status, out, isWritten: existsSync(file) }).toEqual({ status: 3, out: "", isWritten: false });
  });

  test("an unmodified image that was not read whole is told, too", async () => {
    const root = image();
    rmSync(join(root, "etc/hosts"));
    symlinkSync("hosts", join(root, "etc/hosts"));
    const { status, err } = await run(HARDENED, "--pristine", root);
    expect({ status, err }).toEqual({
      status: 4,
      err: expect.stringMatching(/^--pristine .*: \/etc\/hosts was not read/m),
    });
  });

  test.each<[string, (seed: string) => void]>([
    ["is empty", () => {}],
    ["has an empty directory for meta-data", (seed) => mkdirSync(join(seed, "meta-data"))],
    ["has broken meta-data", (seed) => writeFileSync(join(seed, "meta-data"), "a: [")],
  ])("a seed that %s is refused", async (_what, put) => {
    const seed = join(scratch, "seed");
    mkdirSync(seed);
    put(seed);
    const { status, err } = await run(STOCK, "--seed", seed);
    expect(status).toBe(2);
    expect(err).toContain(seed);
  });

  test.each(oneOf(3, ["lint", "plan", "config"]))(
    "%s: a drop-in that is too large for it is no clean end",
    async (command) => {
      const root = image();
      writeFileSync(join(root, "etc/cloud/cloud.cfg.d/60-big.cfg"), `a: ${"x".repeat(6_000_000)}\n`);
      const { status, err } = await run(command, root);
      expect(status).toBe(4);
      expect(err.match(/60-big\.cfg was not read/g)).toHaveLength(1);
    },
  );

  test("control characters never reach the terminal", async () => {
    const evil = "\u001b[31mred\u0007\u202e";
    const root = image({
      "etc/os-release": `ID="de${evil}bian"\nVERSION_ID="1${evil}2"\n`,
      "etc/hosts": `10.0.0.1 ho${evil}st\n`,
      "etc/cloud/cloud.cfg.d/20-team.cfg": `manage_etc_hosts: true\n"ke${"\\e"}y": "${"\\a"}"\nssh_pwauth: true\n`,
      "etc/ssh/sshd_config": `Banner /etc/${evil}\nPasswordAuthentication no\n`,
    });
    for (const args of [[root], ["plan", root], ["config", root], [`${root}${evil}`]]) {
      const { out, err } = await run(...args);
      expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe("the other commands", () => {
  test("plan: text and JSON", async () => {
    const text = await run("plan", HARDENED);
    expect(text).toMatchObject({ status: 0, err: "" });
    expect(text.out).toContain("set_passwords");
    const plan = JSON.parse((await run("plan", HARDENED, "-f", "json")).out);
    const outcome = (name: string) => plan.modules.find((one: { name: string }) => one.name === name);
    expect(outcome("growpart")).toMatchObject({ stage: "init", frequency: "always", status: "ran", why: null });
    expect(outcome("snap")).toMatchObject({ status: "skipped", why: { code: "not-configured" } });
    expect(
      plan.changes.find((one: { path: string }) => one.path === "/etc/ssh/sshd_config.d/50-cloud-init.conf"),
    ).toMatchObject({
      op: "created",
      certainty: "certain",
      content: "PasswordAuthentication yes\n",
      modules: ["set_passwords"],
      causes: [{ path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 2, column: 1 }],
    });
  });

  test("config: every value with its line", async () => {
    const config = JSON.parse((await run("config", HARDENED, "-f", "json")).out);
    expect(config.value.ssh_pwauth).toBe(true);
    expect(config.origins["/ssh_pwauth"]).toEqual({ path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 2, column: 1 });
    expect((await run("config", HARDENED)).out).toContain("20-team.cfg:2");
  });

  test("rules and explain", async () => {
    const { out } = await run("rules");
    expect(out).toMatch(/^hostname-reset +(?:error|warning) +\S/m);
    expect((await run("explain", "hostname-reset")).out).toContain("preserve_hostname: true");
  });

  test("rules -f json: the catalogue for programs", async () => {
    const { out } = await run("rules", "-f", "json");
    expect(schemaErrors("rules", out)).toEqual([]);
    const rules = JSON.parse(out).rules as { id: string; document: string }[];
    expect(rules.map(({ id }) => id)).toEqual((await run("rules")).out.match(/^\S+/gm));
    expect(rules.find(({ id }) => id === "hostname-reset")?.document).toContain("preserve_hostname: true");
    const file = join(scratch, "rules.json");
    expect((await run("rules", "-f", `json=${file}`)).out).toBe("");
    expect(readFileSync(file, "utf8")).toBe(out);
    expect((await run("rules", "-f", "yaml")).status).toBe(2);
  });
});
