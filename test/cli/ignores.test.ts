import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { run } from "./run.ts";
import { inScratchDirectory } from "./scratch.ts";

const HARDENED = resolve("fixtures/debian-12-hardened");
/** The checkout, before a test changes the directory. */
const here = process.cwd();
const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";

inScratchDirectory(() => {
  cpSync(HARDENED, "image", { recursive: true, verbatimSymlinks: true });
});

/** Puts text behind each line of a file of the image that contains a word. */
function append(path: string, word: string, text: string): void {
  const file = join("image", path);
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(file, lines.map((line) => (line.includes(word) ? `${line} ${text}` : line)).join("\n"));
}

interface Reported {
  readonly rule: string;
  readonly message: string;
  readonly cause: { readonly path: string; readonly line: number };
  readonly losses: readonly { readonly setting: string }[];
  readonly ignored: Readonly<Record<string, unknown>>;
}

async function lint(...args: string[]) {
  const { status, out, err } = await run(...args, "-f", "text", "-f", "json=lint.json", "-f", "sarif=lint.sarif");
  const images = JSON.parse(readFileSync("lint.json", "utf8")).images as {
    findings: Reported[];
    ignored: Reported[];
    summary: Record<string, number>;
  }[];
  return { status, out, err, images, image: images[0]! };
}

test("comments beside causes and losses, and the configuration file, ignore findings", async () => {
  append(TEAM, "ssh_pwauth", "# cloud-init-lint: ignore[sshd-setting-overwritten] the lab uses passwords");
  append("/etc/hosts", "registry.internal", "# cloud-init-lint: ignore[hosts-file-replaced] DNS has it");
  const ignore =
    "ignores:\n  - rule: time-servers-replaced\n    image: ima*\n    path: /etc/chrony/**\n    reason: NTP of the cloud\n";
  writeFileSync(".cloud-init-lint.yaml", `${ignore}    until: 2999-12-31\n`);
  const { status, image, out } = await lint("image/");
  expect(status).toBe(1);
  expect(image.ignored.map(({ rule, ignored }) => ({ rule, ...ignored }))).toEqual([
    { rule: "sshd-setting-overwritten", by: "comment", path: TEAM, line: 2, reason: "the lab uses passwords" },
    { rule: "hosts-file-replaced", by: "comment", path: "/etc/hosts", line: 5, reason: "DNS has it" },
    { rule: "time-servers-replaced", by: "config", path: ".cloud-init-lint.yaml", line: 2, reason: "NTP of the cloud" },
  ]);
  // Of two losses of one cause, one is left.
  expect(image.findings.map(({ rule, losses }) => [rule, losses.map(({ setting }) => setting)])).toEqual([
    ["hosts-file-replaced", ["vault.internal"]],
    ["user-data-can-override", []],
  ]);
  expect(image.findings[0]!.message).not.toContain("registry.internal");
  expect(image.summary).toEqual({ error: 1, warning: 0, info: 1, ignored: 3 });
  expect(out).toContain(
    "1 error; 1 note hidden (--min-severity info shows them); 3 ignored (--no-ignores shows them)\n",
  );
  const all = await lint("image", "--no-ignores");
  expect(all.status).toBe(1);
  expect(all.image.findings.map(({ rule }) => rule).sort()).toEqual([
    "hosts-file-replaced",
    "sshd-setting-overwritten",
    "time-servers-replaced",
    "user-data-can-override",
  ]);
  expect(all.image.ignored).toEqual([]);
});

test("an ignore without a reason, without effect or past its date is a finding at its own line", async () => {
  append(TEAM, "ssh_pwauth", "# cloud-init-lint: ignore[sshd-setting-overwritten, hostname-reset]");
  append(TEAM, "manage_etc_hosts", "# cloud-init-lint: ignore[hosts-file-replace] DNS");
  // A file in which nothing is lost any more.
  append("/etc/ssh/sshd_config", "PermitRootLogin", "# cloud-init-lint: ignore[sshd-setting-overwritten] why");
  writeFileSync(
    ".cloud-init-lint.yaml",
    [
      "ignores:",
      "  - rule: time-servers-replaced",
      "    reason: not yet",
      "    until: 2001-02-03",
      "  - rule: [locale-reset, timezone-changed]",
      "    reason: nothing",
      "  - path: /etc/hosts",
      "  - rule: keyboard-reset",
      "    image: other-*",
      "    reason: not judged",
      "",
    ].join("\n"),
  );
  const { image, status, out } = await lint("image", "--fail-on", "warning", "--rule", "ignore-invalid=off");
  expect(status).toBe(1);
  const about = image.findings.filter(({ rule }) => rule.startsWith("ignore-"));
  expect(about.map(({ rule, cause: { path, line } }) => `${path}:${line} ${rule}`).sort()).toEqual([
    ".cloud-init-lint.yaml:2 ignore-without-effect",
    ".cloud-init-lint.yaml:5 ignore-without-effect",
    ".cloud-init-lint.yaml:7 ignore-without-reason",
    `${TEAM}:2 ignore-without-effect`,
    `${TEAM}:2 ignore-without-reason`,
    expect.stringMatching(/^\/etc\/ssh\/sshd_config:\d+ ignore-without-effect$/),
  ]);
  const message = about.find(({ cause }) => cause.path === ".cloud-init-lint.yaml" && cause.line === 5)!.message;
  expect(message).toBe("This ignore matches no finding of locale-reset or timezone-changed. Remove it.");
  expect(image.findings.map(({ rule }) => rule)).toContain("time-servers-replaced");
  expect(out).toMatch(/\.cloud-init-lint\.yaml\n/);
  expect(out).toMatch(/\n {2}7:5 +warning +ignore-without-reason\n/);
  expect(out).toContain("7 |   - path: /etc/hosts\n");
  expect(readFileSync("lint.sarif", "utf8")).toContain('"uri": ".cloud-init-lint.yaml"');
});

test("an ignore that one of several images needs is needed", async () => {
  append(TEAM, "ssh_pwauth", "# cloud-init-lint: ignore[sshd-setting-overwritten] the lab");
  writeFileSync(".cloud-init-lint.yaml", "ignores: [{ rule: hosts-file-replaced, reason: DNS }]\n");
  cpSync("image", "plain", { recursive: true, verbatimSymlinks: true });
  rmSync("plain/etc/ssh/sshd_config");
  cpSync(join(here, "fixtures/debian-12/etc/hosts"), "plain/etc/hosts");
  const isAbout = ({ rule }: Reported) => rule.startsWith("ignore-");
  const { images } = await lint("plain", "image");
  expect(images.flatMap(({ findings }) => findings.filter(isAbout))).toEqual([]);
  // With an image that could not be linted, nobody knows.
  const missing = await lint("plain", "./missing");
  expect(missing.status).toBe(3);
  expect(missing.image.findings.map(({ cause }) => cause.path)).not.toContain(".cloud-init-lint.yaml");
});

const UNKNOWN = "#cloud-config\nhostnme: web\n";

test("a relative path or image of the configuration file is that file or image, whichever way its name is given", async () => {
  writeFileSync("user-data.yaml", UNKNOWN);
  mkdirSync("sub");
  writeFileSync(
    ".cloud-init-lint.yaml",
    "ignores: [{ path: user-data.yaml, image: user-data.y*ml, reason: a test }]\n",
  );
  for (const name of ["user-data.yaml", "./user-data.yaml", "sub/../user-data.yaml", resolve("user-data.yaml")]) {
    const { image } = await lint(name);
    expect({ name, findings: image.findings, ignored: image.ignored.length }).toEqual({
      name,
      findings: [],
      ignored: 1,
    });
  }
  writeFileSync("other.yaml", UNKNOWN);
  expect((await lint("other.yaml")).image.ignored).toEqual([]);
});

test("no report replaces the configuration file", async () => {
  writeFileSync("user-data.yaml", UNKNOWN);
  writeFileSync(".cloud-init-lint.yaml", "version: 1\n");
  writeFileSync("other.yaml", "version: 1\n");
  for (const args of [
    ["user-data.yaml", "-f", "json=.cloud-init-lint.yaml"],
    ["user-data.yaml", "--write-baseline", "./.cloud-init-lint.yaml"],
    ["user-data.yaml", "--config", "other.yaml", "-f", "json=./other.yaml"],
    ["plan", "image", "-f", "json=.cloud-init-lint.yaml"],
    ["config", "image", "-f", "json=.cloud-init-lint.yaml"],
  ]) {
    const { status, err } = await run(...args);
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining("this file is an input of the same run"),
    });
  }
  for (const file of [".cloud-init-lint.yaml", "other.yaml"]) expect(readFileSync(file, "utf8")).toBe("version: 1\n");
});

test("annotations name the image only for files in it", async () => {
  writeFileSync("user-data.yaml", UNKNOWN);
  writeFileSync(".cloud-init-lint.yaml", "ignores: [{ rule: schema-value-invalid, reason: gone }]\n");
  const { out } = await run("user-data.yaml", "-f", "github");
  expect(out).toMatch(/^::error .* Cause: user-data\.yaml:2\. Fix:/m);
  expect(out).toMatch(/^::warning .* Cause: \.cloud-init-lint\.yaml:1\.$/m);
});
