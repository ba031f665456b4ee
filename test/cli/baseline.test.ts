import { chmodSync, cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "./run.ts";
import { inScratchDirectory } from "./scratch.ts";

const HARDENED = resolve("fixtures/debian-12-hardened");

inScratchDirectory(() => writeFileSync("user-data.yaml", "#cloud-config\nhostnme: web\n"));

interface Ignored {
  readonly rule: string;
  readonly ignored: Readonly<Record<string, unknown>>;
}

async function lint(...args: string[]) {
  const { status, out, err } = await run(...args, "-f", "json");
  const [image] = (JSON.parse(out || '{"images":[]}').images ?? []) as { findings: Ignored[]; ignored: Ignored[] }[];
  return { status, err, findings: image?.findings.map(({ rule }) => rule), ignored: image?.ignored };
}

test("only findings that are not in the baseline fail the run; what is gone is said, and removed on writing", async () => {
  cpSync(HARDENED, "image", { recursive: true, verbatimSymlinks: true });
  const first = await lint("image", "--write-baseline", "baseline.json");
  expect(first).toMatchObject({ status: 1, err: "cloud-init-lint: baseline.json: 5 entries written\n", ignored: [] });
  expect(readFileSync("baseline.json", "utf8")).toBe(`{
  "version": 1,
  "findings": [
    {"rule":"time-servers-replaced","path":"/etc/chrony/chrony.conf","setting":"chrony servers","count":1},
    {"rule":"user-data-can-override","path":"/etc/cloud/cloud.cfg.d/20-team.cfg","line":"ssh_pwauth: true","count":1},
    {"rule":"hosts-file-replaced","path":"/etc/hosts","setting":"registry.internal","count":1},
    {"rule":"hosts-file-replaced","path":"/etc/hosts","setting":"vault.internal","count":1},
    {"rule":"sshd-setting-overwritten","path":"/etc/ssh/sshd_config","setting":"PasswordAuthentication","count":1}
  ]
}
`);
  const second = await lint("image", "--baseline", "baseline.json", "--fail-on", "info");
  expect(second).toMatchObject({ status: 0, err: "", findings: [] });
  expect(second.ignored).toHaveLength(first.findings!.length);
  expect(await lint("image", "--baseline", "baseline.json", "--no-ignores")).toMatchObject({ ...first, err: "" });
  expect(second.ignored![0]!.ignored).toEqual({ by: "baseline", path: "baseline.json", line: null, reason: null });
  // Other lines, a finding that is gone, and a new one.
  const team = "image/etc/cloud/cloud.cfg.d/20-team.cfg";
  const text = readFileSync(team, "utf8").replace("manage_etc_hosts: true\n", "");
  writeFileSync(team, `# One more line.\n${text}hostnme: web\n`);
  const third = await lint("image", "--baseline", "baseline.json");
  expect(third).toMatchObject({ status: 1, findings: ["schema-key-unknown"] });
  expect(third.err).toBe(
    "cloud-init-lint: baseline.json: 2 entries no longer occur; --write-baseline baseline.json updates it\n",
  );
  const both = ["--baseline", "baseline.json", "--write-baseline", "baseline.json"];
  expect(await lint("image", ...both)).toMatchObject({ status: 1, findings: ["schema-key-unknown"] });
  const written = readFileSync("baseline.json", "utf8");
  expect(written).toContain('"line":"hostnme: web"');
  expect(written).not.toContain("hosts-file-replaced");
});

test("a run that could not read everything removes nothing", async () => {
  const [old, own] = ["hostnme: db", "hostnme: web"].map((line) => ({
    rule: "schema-key-unknown",
    path: "user-data.yaml",
    line,
    count: 1,
  }));
  const write = (...findings: unknown[]) => writeFileSync("b.json", JSON.stringify({ version: 1, findings }));
  write(old);
  const { err } = await lint("user-data.yaml", "./missing", "--write-baseline", "b.json");
  expect(err).toContain("b.json: 2 entries written; nothing was removed, because not everything could be read");
  expect(JSON.parse(readFileSync("b.json", "utf8")).findings).toEqual([old, own]);
  expect((await lint("user-data.yaml", "./missing", "--baseline", "b.json")).err).not.toContain("b.json");
  await lint("user-data.yaml", "--write-baseline", "b.json");
  expect(JSON.parse(readFileSync("b.json", "utf8")).findings).toEqual([own]);
});

test("a baseline of another image is said to be one, and neither holds comments' findings nor paths of this machine", async () => {
  writeFileSync(
    "other.yaml",
    "#cloud-config\npackages: vim\nruncmd: 1 # cloud-init-lint: ignore[schema-value-invalid] it works\n",
  );
  await lint(resolve("other.yaml"), "--write-baseline", "b.json");
  expect(JSON.parse(readFileSync("b.json", "utf8")).findings).toEqual([
    { rule: "schema-value-invalid", path: "other.yaml", line: "packages: vim", count: 1 },
  ]);
  const { status, err } = await lint("user-data.yaml", "--baseline", "b.json");
  expect(status).toBe(1);
  expect(err).toBe(
    "cloud-init-lint: warning: no finding of this run is in b.json (1 entry); is it the baseline of another image?\n",
  );
});

describe("bad input ends with status 2, and nothing is written", () => {
  const baseline = (content: string) => () => writeFileSync("b.json", content);
  test.each<[name: string, make: () => void, args: string[], message: string]>([
    ["missing", () => {}, ["--baseline", "b.json"], "--baseline b.json: no such file; make it with --write-baseline"],
    ["a directory", () => mkdirSync("b.json"), ["--baseline", "b.json"], "this is a directory, not a file"],
    [
      "damaged",
      baseline('{"version": 1, "find'),
      ["--baseline", "b.json"],
      "not a baseline, or it is damaged (invalid JSON)",
    ],
    [
      "of another kind",
      baseline('{"images": []}'),
      ["--baseline", "b.json"],
      "this is not a baseline of cloud-init-lint",
    ],
    ["a list", baseline("[]"), ["--baseline", "b.json"], "this is not a baseline of cloud-init-lint"],
    [
      "of a later version",
      baseline('{"version": 2}'),
      ["--baseline", "b.json"],
      "version 2 is not supported; this program reads version 1",
    ],
    [
      "with a damaged entry",
      baseline('{"version": 1, "findings": [{"rule": "a", "path": "b", "count": 0}]}'),
      ["--baseline", "b.json"],
      'entry 1 of "findings" is damaged',
    ],
    [
      "not UTF-8",
      () => writeFileSync("b.json", Buffer.from([0xff])),
      ["--baseline", "b.json"],
      "not a text file in UTF-8",
    ],
    [
      "too large",
      () => {
        writeFileSync("b.json", "");
        truncateSync("b.json", 32_000_001);
      },
      ["--baseline", "b.json"],
      "larger than 32 MB",
    ],
    ["without a name", () => {}, ["--baseline", ""], "--baseline: missing file name"],
    ["written into nothing", () => {}, ["--write-baseline", "nowhere/b.json"], "nowhere does not exist"],
    [
      "written over an input",
      () => {},
      ["--write-baseline", "user-data.yaml"],
      "--write-baseline user-data.yaml: this file is an input",
    ],
    [
      "read and a report",
      baseline('{"version": 1, "findings": []}'),
      ["--baseline", "b.json", "-f", "sarif=b.json"],
      "this file is an input",
    ],
    [
      "written and a report",
      () => {},
      ["--write-baseline", "b.json", "-f", "sarif=b.json"],
      "another report is written to this file",
    ],
  ])("%s", async (_name, make, args, message) => {
    make();
    const { status, out, err } = await run("user-data.yaml", ...args, "-f", "json");
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(message);
  });

  test("a file that may not be written keeps what it holds", async () => {
    writeFileSync("b.json", "mine");
    chmodSync("b.json", 0o444);
    const isRoot = process.getuid?.() === 0;
    const { status } = await run("user-data.yaml", "--write-baseline", "b.json");
    expect([status, readFileSync("b.json", "utf8") === "mine"]).toEqual(isRoot ? [1, false] : [2, true]);
  });
});
