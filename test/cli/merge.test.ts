import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

const HARDENED = "fixtures/debian-12-hardened";
const FIXTURES = readdirSync("fixtures").filter((name) => !name.endsWith(".md"));

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** A report of lint -f json in a file. */
async function reportOf(name: string, ...args: string[]): Promise<string> {
  const file = join(scratch, `${name}.json`);
  await run(...args, "-f", `json=${file}`);
  return file;
}

/** A file with some text. */
function written(text: string, name = "x.json"): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

test.each(oneOf(9, FIXTURES))("the report of %s is made of the same bytes again", async (name) => {
  const linted = await run(`fixtures/${name}`, "-f", "json");
  const merged = await run("merge", written(linted.out), "-f", "json");
  expect({ out: merged.out, status: merged.status }).toEqual({ out: linted.out, status: linted.status });
});

describe("several reports", () => {
  test("are one, in their order, with what is counted and left out; an image that is in two is included once", async () => {
    const userData = written("#cloud-config\nhostnme: web\n", "user-data");
    const first = await reportOf("first", HARDENED, "--min-severity", "error");
    const second = await reportOf("second", userData, "fixtures/debian-12");
    const { out, status } = await run("merge", first, second, first, "-f", "json");
    const { images } = JSON.parse(out);
    const all = [first, second].flatMap((file) => JSON.parse(readFileSync(file, "utf8")).images);
    expect(images).toEqual(all);
    expect(status).toBe(1);
    expect(images[0].summary.info).toBe(1);
    const hidden = await run("merge", first, "--fail-on", "info", "--min-severity", "info");
    expect(hidden.out).toMatch(/^3 errors; 1 note left out of the merged reports$/m);
    const markdown = await run("merge", first, "-f", "markdown");
    expect(markdown.out).toContain("| 3 | 0 | 1 | 0 |\n");
    expect(markdown.out).toContain("\n\n1 note left out of the merged reports.\n\n");
    expect((await run("merge", first, "-f", "html")).out).toContain(">1 note left out of the merged reports<");
  });

  test("in every format, with options as for lint", async () => {
    const file = await reportOf("one", HARDENED);
    const text = await run("merge", file);
    expect(text.out).toMatch(/fix: change \/etc\/cloud\/cloud.cfg.d\/20-team.cfg\n/);
    expect(text.out).toMatch(/^3 errors; 1 note hidden/m);
    expect((await run("merge", file, "--fail-on", "never")).status).toBe(0);
    expect((await run("merge", file, "--exit-zero")).status).toBe(0);
    const other = written(readFileSync(file, "utf8").replaceAll(`"${HARDENED}"`, '"other"'), "other.json");
    const gitlab = JSON.parse((await run("merge", file, other, "-f", "gitlab", "--min-severity", "error")).out);
    expect(gitlab).toHaveLength(3);
    expect(gitlab[0].description).toContain(`in ${HARDENED}, other.`);
    const map = `/etc/cloud/cloud.cfg.d=${HARDENED}/etc/cloud/cloud.cfg.d`;
    const sarif = JSON.parse((await run("merge", file, "-f", "sarif", "--map", map)).out);
    const [{ locations }] = sarif.runs[0].results;
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe(`${HARDENED}/etc/cloud/cloud.cfg.d/20-team.cfg`);
    expect((await run("merge", file, "-f", "json", "--map", map)).err).toContain("--map needs -f sarif");
  });

  test("an image that was not read whole: status 4, and what was not read", async () => {
    const report = JSON.parse((await run("fixtures/debian-12", "-f", "json")).out);
    report.images[0].complete = false;
    report.images[0].problems = [
      { path: "/etc/shadow", message: "permission denied" },
      { path: "/", message: "A caveat." },
    ];
    const file = written(JSON.stringify(report));
    const { status, out, err } = await run("merge", file, "-f", "json");
    expect({ status, json: JSON.parse(out) }).toEqual({ status: 4, json: report });
    expect(err).toContain("fixtures/debian-12: warning: A caveat.\n");
    expect(err).toContain("fixtures/debian-12: /etc/shadow was not read: permission denied\n");
  });

  test("may be written by PowerShell, in UTF-16 or with a byte order mark", async () => {
    const { out } = await run("fixtures/debian-12", "-f", "json");
    const file = join(scratch, "x.json");
    for (const bytes of [`\ufeff${out}`, Buffer.from(`\ufeff${out}`, "utf16le")]) {
      writeFileSync(file, bytes);
      expect((await run("merge", file, "-f", "json")).out).toBe(out);
    }
    writeFileSync(file, Buffer.from([0x7b, 0xff]));
    expect(await run("merge", file)).toMatchObject({
      status: 2,
      err: expect.stringContaining("x.json: not a report of lint -f json: not a text file in UTF-8"),
    });
  });

  test("hidden findings that fail the run are mentioned", async () => {
    const file = await reportOf("errors", HARDENED, "--min-severity", "error");
    const report = JSON.parse(readFileSync(file, "utf8"));
    report.images[0].findings = [];
    const { status, err } = await run("merge", written(JSON.stringify(report)));
    expect({ status, err }).toEqual({
      status: 1,
      err: "cloud-init-lint: failed because of findings hidden by the reports that are merged\n",
    });
  });
});

const IMAGE = {
  image: { source: "a", distro: null, cloudInit: { version: null, enabled: true }, datasource: null },
  complete: true,
  problems: [],
  findings: [],
  ignored: [],
  summary: { error: 0, warning: 0, info: 0, ignored: 0 },
};
const FINDING = {
  rule: "schema-key-unknown",
  severity: "info",
  confidence: "certain",
  message: "",
  service: null,
  module: null,
  cause: null,
  losses: [],
  evidence: "",
  fix: null,
};
const report = (changes: object) => JSON.stringify({ schemaVersion: 2, images: [{ ...IMAGE, ...changes }] });

describe("bad input", () => {
  test.each([
    [
      "cut JSON",
      report({}).slice(0, 50),
      /x\.json: not JSON, so not a report of lint -f json: .* \(line 1, column 51\)$/m,
    ],
    // What says where the error is must not be taken for a secret.
    ["an unexpected token", '{"schemaVersion": ]', /not JSON, so .*: (?!.*hidden).* \(line 1, column 19\)$/m],
    ["text", "nothing to report\n", /x\.json: not JSON/],
    ["an empty file", "", /x\.json: not JSON/],
    ["another version", '{"schemaVersion": 3, "images": []}', /\/schemaVersion: must be 2, .* not 3$/m],
    ["SARIF", '{"version": "2.1.0", "runs": []}', /x\.json: a SARIF report; merge reads reports of lint -f json/],
    ["a plan", '{"schemaVersion": 2, "changes": []}', /x\.json: a report of another command/],
    ["a list", "[]", /the top level: must be an object, not a list/],
    ["a missing member", '{"schemaVersion": 2}', /the top level: "images" is missing/],
    ["an inherited member", '{"schemaVersion": 2, "__proto__": {"images": []}}', /"images" is missing/],
    ["a wrong type", report({ complete: "yes" }), /\/images\/0\/complete: must be true or false, not "yes"/],
    [
      "a severity that does not exist",
      report({ findings: [{ ...FINDING, severity: "fatal" }] }),
      /\/findings\/0\/severity: must be error, warning, info, not "fatal"/,
    ],
    ["a finding that is not counted", report({ findings: [FINDING] }), /\/images\/0\/summary\/info: must be 1 or more/],
    [
      "a negative count",
      report({ summary: { ...IMAGE.summary, error: -1 } }),
      /\/images\/0\/summary\/error: must be a whole number from 0/,
    ],
    ["incomplete without a problem", report({ complete: false }), /\/images\/0\/problems: must say what could not/],
    ["no image", '{"schemaVersion": 2, "images": []}', /no image in any report/],
  ])("%s", async (_what, text, message) => {
    const out = join(scratch, "out.json");
    const { status, err } = await run("merge", written(text), "-f", `json=${out}`);
    expect(err).toMatch(message);
    expect(status).toBe(message.source.startsWith("no image") ? 3 : 2);
    expect(existsSync(out)).toBe(false);
  });

  test("a missing file, a directory, a file that is too large, standard input twice", async () => {
    expect(await run("merge", "/nowhere")).toMatchObject({
      status: 2,
      err: expect.stringContaining("/nowhere cannot"),
    });
    expect(await run("merge", scratch)).toMatchObject({ status: 2, err: expect.stringContaining("cannot be read") });
    const large = written("");
    truncateSync(large, 200_000_001);
    expect(await run("merge", large)).toMatchObject({ status: 2, err: expect.stringContaining("larger than 200 MB") });
    expect(await run("merge", "-", "-")).toMatchObject({ status: 2, err: expect.stringContaining("only once") });
    expect(await run("merge", large, "-f", `json=${large}`)).toMatchObject({
      status: 2,
      err: expect.stringContaining("this file is an input"),
    });
  });
});
