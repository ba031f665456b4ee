import type { Log } from "sarif";
import { describe, expect, test } from "vitest";
import { fleetInWords, fleetOf } from "../../src/report/fleet.ts";
import { htmlReport } from "../../src/report/html/page.ts";
import type { ImageReport } from "../../src/report/imageReport.ts";
import { jsonReport } from "../../src/report/json.ts";
import { junitReport } from "../../src/report/junit.ts";
import { markdownReport } from "../../src/report/markdown.ts";
import { mergedNotLinted, mergedReport } from "../../src/report/mergedReport.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { withinLimits } from "../../src/report/sarifLimits.ts";
import { textReport } from "../../src/report/text.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { activeIn } from "./markdownNodes.ts";
import { FINDINGS, finding, RULES, result, TEXTS } from "./samples.ts";
import { schemaErrors } from "./schemas.ts";

const named = (source: string, findings: (typeof FINDINGS)[number][] = [], texts = TEXTS) =>
  result({ image: { source }, findings, texts });

/** 30 images with one finding, two with another one as well, one of them incomplete; three clean; two that failed. */
const REPORTS: readonly ImageReport[] = [
  ...Array.from({ length: 30 }, (_, i) => named(`ami:${i}`, i < 2 ? [FINDINGS[1]!, FINDINGS[0]!] : [FINDINGS[0]!])),
  ...["clean:1", "clean:2", "clean:3"].map((source) => named(source)),
  { ...named("part"), unread: [{ path: "/etc", reason: "gone" }] },
];
const NOT_LINTED = [
  { source: "ami:gone", status: 3, message: "there is no such image" },
  { source: `ami:${EVERY_HAZARD}`, status: 4, message: `blocked ${EVERY_HAZARD}` },
];
const OPTIONS = { color: false, width: 80, minSeverity: "warning", notLinted: NOT_LINTED } as const;

test("the overview counts images and causes, and is only made for several images", () => {
  const fleet = fleetOf(REPORTS, NOT_LINTED, "warning")!;
  expect(fleetInWords(fleet)).toBe(
    "36 images: 30 with findings, 3 with nothing to report, 1 with nothing to report in the files that could be read, 2 not linted",
  );
  expect(fleet.causes).toEqual([
    { rule: "sshd-setting-overwritten", severity: "error", place: "/etc/cloud/cloud.cfg.d/20-team.cfg:2", images: 30 },
    { rule: "ssh-host-keys-replaced", severity: "error", place: "/etc/cloud/cloud.cfg:4", images: 2 },
  ]);
  expect(fleetOf(REPORTS.slice(0, 1), [], "warning")).toBeUndefined();
  expect(fleetOf([], NOT_LINTED.slice(0, 1), "warning")).toBeUndefined();
});

test("one line of a recipe is one cause, wherever it stands in the file of each image", () => {
  const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
  const moved = { ...TEXTS, [path]: { before: `# Longer.\n${TEXTS[path]!.before}` } };
  const lower = finding({ cause: { path, line: 3, column: 1 }, severity: "warning", message: "Another value." });
  const causes = (reports: ImageReport[]) => fleetOf(reports, [], "info")!.causes;
  expect(causes([named("a", [FINDINGS[0]!]), named("b", [lower], moved)])).toEqual([
    { rule: "sshd-setting-overwritten", severity: "error", place: path, images: 2 },
  ]);
  // Another line at the same place is another cause.
  expect(causes([named("a", [lower]), named("b", [lower], moved)])).toHaveLength(2);
});

describe("a fleet as", () => {
  test("text: an overview, each finding once with its images, the clean images together", () => {
    const text = textReport(REPORTS, OPTIONS);
    expect(hazardsIn(text)).toEqual([]);
    expect(text.split("\n\n").slice(0, 2).join("\n\n")).toMatch(
      /^36 images: 30 with findings, 3 with nothing to report, 1 with nothing to report\nin the files that could be read, 2 not linted\n {2}not linted: ami:gone: there is no such image\n {2}not linted: ami:(?:.*\n)*?.*\n\ncauses, each with the number of images:\n {2}30 {2}error {4}sshd-setting-overwritten {2}\/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg:2\n {3}2 {2}error {4}ssh-host-keys-replaced {2}\/etc\/cloud\/cloud\.cfg:4$/,
    );
    expect(text).toMatch(/\n30 images: Debian 12, .*\n {2}ami:0, ami:1, .*\n.* ami:19 and 10\n {2}more\n/);
    expect(text).toContain("\n3 images: nothing to report\n  clean:1, clean:2, clean:3\n");
    expect(text).toContain("\npart: nothing to report in the files that could be read\n");
    expect(text.match(/error {4}sshd-setting-overwritten$/gm)).toHaveLength(1);
    expect(textReport(REPORTS, { ...OPTIONS, quiet: true })).not.toContain("clean:1");
    expect(textReport([], { ...OPTIONS, quiet: true })).toContain("2 images: 2 not linted\n");
  });

  test("text of one image: no overview", () => {
    expect(textReport([named("a", [FINDINGS[0]!])], { ...OPTIONS, notLinted: [] })).toMatch(/^a: Debian 12/);
  });

  test("Markdown: an overview, the images folded, those with the worst findings first", () => {
    const report = markdownReport([...REPORTS].reverse(), OPTIONS);
    expect(activeIn(report)).toEqual([]);
    expect(hazardsIn(report)).toEqual([]);
    expect(report).toMatch(/^## cloud-init-lint: 2 errors in 36 images\n\n36 images: 30 with findings, /);
    expect(report).toContain(
      "| Images | Severity | Rule | Cause |\n|--:|---|---|---|\n| 30 | error | `sshd-setting-overwritten` | `/etc/cloud/cloud.cfg.d/20-team.cfg:2` |\n",
    );
    expect(report).toMatch(/<summary>34 images<\/summary>\n\n\| Image .*\n\|---.*\n\| `ami:1` .*\n\| `ami:0` /);
    expect(report).toMatch(/- `ami:gone` could not be linted: there is no such image\n/);
    expect(report).toMatch(/<summary>30 images<\/summary>\n\nImages: `ami:29`, .*, `ami:0`\n\n<\/details>/);
    expect(report).toMatch(/\n\nImages: `ami:1`, `ami:0`\n\n/);
  });

  test("a page: an overview, and all images of each finding", () => {
    const page = htmlReport(REPORTS, { minSeverity: "warning", notLinted: NOT_LINTED });
    expect(page).toContain("<h1>36 images</h1>");
    expect(page).toContain(">36 images: 30 with findings, 3 with nothing to report,");
    expect(page).toMatch(/<section id="causes".*\n.*\n.*<b>30 images<\/b> <span class="badge error">error<\/span>/);
    expect(page).toContain("<b>ami:gone</b> could not be linted: there is no such image");
    expect(page).toMatch(/<summary>18 more images<\/summary><ul class="chips"><li>ami:12<\/li>/);
    expect(htmlReport([named("a", [FINDINGS[0]!])], { minSeverity: "info" })).not.toContain('id="causes"');
  });

  test("a page, Markdown or text: what was read from other machines, of all images", () => {
    const usage = { blocks: 80, bytes: 80 * 2 ** 19, requests: 82, price: 0.00024 };
    const remote = [...REPORTS.slice(0, 2).map((report) => ({ ...report, usage })), named("local")];
    const read = "Read 160 blocks (80.0 MiB) in 164 requests, about $0.0005";
    expect(htmlReport(remote, { minSeverity: "info" })).toContain(`>${read}<`);
    expect(markdownReport(remote, OPTIONS)).toContain(`\n${read}.\n`);
    expect(textReport(remote, OPTIONS)).toContain(`\n${read}.\n`);
    expect(htmlReport(REPORTS, { minSeverity: "info" })).not.toMatch(/Read \d+ block/);
  });

  test("SARIF: the images that could not be linted make the run unsuccessful; the category is that of all", () => {
    const log = (notLinted: typeof NOT_LINTED, reports = REPORTS.slice(0, 1)) =>
      (JSON.parse(sarifReport(reports, RULES, { toolVersion: "1", minSeverity: "info", notLinted })) as Log).runs[0]!;
    const { invocations, automationDetails, results } = log(NOT_LINTED.slice(0, 1));
    expect(invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: "warning", message: { text: "ami:gone could not be linted: there is no such image" } },
        ],
      },
    ]);
    expect(results![0]!.properties).toEqual({ images: ["ami:0"] });
    expect(automationDetails).toEqual(log([], REPORTS.slice(0, 2)).automationDetails);
  });

  test("JUnit: an image that could not be linted is an error", () => {
    const report = junitReport(REPORTS.slice(0, 1), "warning", NOT_LINTED);
    expect(hazardsIn(report)).toEqual([]);
    expect(report).toContain(
      '<testsuite name="ami:gone" tests="1" failures="0" errors="1" skipped="0">\n    <properties>\n      <property name="image" value="ami:gone"/>\n    </properties>\n    <testcase name="not linted" classname="cloud-init-lint">\n      <error type="not-linted" message="there is no such image"/>',
    );
  });

  test("JUnit: images of one name that two jobs could not lint are two errors", () => {
    const failed = (message: string) => ({ source: "root", status: 4, message });
    expect(junitReport([], "warning", [failed("gone"), failed("damaged")])).toContain(
      'tests="2" failures="0" errors="2"',
    );
  });

  test("JSON, which merge reads", () => {
    const json = jsonReport(REPORTS, "info", NOT_LINTED);
    expect(schemaErrors("lint", json)).toEqual([]);
    const value = JSON.parse(json);
    expect(mergedNotLinted(value)).toEqual(NOT_LINTED);
    expect(jsonReport(mergedReport(value), "info", mergedNotLinted(value))).toBe(json);
    expect(JSON.parse(jsonReport(REPORTS, "info")).notLinted).toEqual([]);
    expect(jsonReport(REPORTS.slice(0, 1), "info")).not.toContain("notLinted");
    expect(() => mergedNotLinted({ notLinted: [{ source: "a", status: 0, message: "" }] })).toThrow(
      "/notLinted/0/status: must be 2, 3, 4, 70, not 0",
    );
  });
});

test("SARIF is cut to the bytes that an upload may have, the least severe first", () => {
  const results = Array.from({ length: 1000 }, (_, i) => ({
    severity: (["info", "warning", "error"] as const)[i % 3]!,
    isSuppressed: i % 7 === 0,
    // Cannot be compressed to less than about 60 bytes.
    text: Array.from({ length: 10 }, (_, j) =>
      Math.sin(i + j)
        .toString(36)
        .slice(3),
    ).join(""),
  }));
  const make = (kept: readonly (typeof results)[number][], cut: readonly string[]) => JSON.stringify({ kept, cut });
  const { text, cut } = withinLimits(results, (one) => one, make, { results: 900, bytes: 8_000 });
  const { kept } = JSON.parse(text) as { kept: typeof results };
  expect(kept.length).toBeGreaterThan(30);
  expect(kept.length).toBeLessThan(280);
  expect(kept.filter(({ severity, isSuppressed }) => severity !== "error" || isSuppressed)).toEqual([]);
  expect(cut).toEqual(JSON.parse(text).cut);
  expect(cut[0]).toMatch(
    new RegExp(`^only the ${kept.length} most severe of 1000 findings are included; omitted by severity: error \\d+, `),
  );
  expect(withinLimits(results, (one) => one, make).cut).toEqual([]);
});
