import { describe, expect, test } from "vitest";
import { githubReport } from "../../src/report/github.ts";
import { hiddenAnnotations } from "../../src/report/githubLimits.ts";
import { EVERY_HAZARD } from "./hazards.ts";
import { FINDINGS, finding, result, TEXTS } from "./samples.ts";

/** Takes a workflow command apart as the runner does: `::NAME KEY=VALUE,...::MESSAGE`, then decodes it. */
function commands(report: string) {
  return report
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, name, list = "", message = ""] = /^::(\w+) (.*?)::(.*)$/.exec(line) ?? [];
      const decode = (text: string) =>
        text
          .replaceAll("%3A", ":")
          .replaceAll("%2C", ",")
          .replaceAll("%0D", "\r")
          .replaceAll("%0A", "\n")
          .replaceAll("%25", "%");
      const properties = Object.fromEntries(list.split(",").map((pair) => pair.split("=").map(decode)));
      return { name, properties, message: decode(message) };
    });
}

describe("workflow commands", () => {
  test("one a finding, with file, line, columns and rule", () => {
    const report = githubReport([result({ findings: [finding()], texts: TEXTS })], { minSeverity: "info" });
    expect(commands(report)).toEqual([
      {
        name: "error",
        properties: {
          file: "etc/cloud/cloud.cfg.d/20-team.cfg",
          line: "2",
          endLine: "2",
          col: "1",
          endColumn: "17",
          title: "sshd-setting-overwritten",
        },
        message: expect.stringMatching(
          /PasswordAuthentication becomes yes.*Cause: \/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg:2 in build\/rootfs\.$/,
        ),
      },
    ]);
  });

  test("a notice for a note, none below the severity", () => {
    const notes = [result({ findings: [finding({ severity: "info" })] })];
    expect(githubReport(notes, { minSeverity: "info" })).toMatch(/^::notice /);
    expect(githubReport(notes, { minSeverity: "warning" })).toBe("");
  });

  test("a message of megabytes is cut", () => {
    const report = githubReport([result({ findings: [finding({ message: "x".repeat(1_000_000) })] })], {
      minSeverity: "info",
    });
    expect(report.length).toBeLessThan(5_000);
  });

  test("it says how many do not become annotations", () => {
    const many = Array.from({ length: 11 }, () => finding());
    const results = [result({ findings: many }), result({ findings: [finding({ severity: "info" })] })];
    expect(hiddenAnnotations(results, "info")).toEqual([
      "GitHub shows only 10 of 11 errors as annotations; this log contains all",
    ]);
    expect(hiddenAnnotations(results.slice(1), "info")).toEqual([]);
  });

  test("text of an image begins no command, ends no line and hides nothing", () => {
    const h = `${EVERY_HAZARD}\n::set-output name=x::y\r\n::error::z,:%0A`;
    const hostile = finding({ rule: h, message: h, cause: { path: `/etc/${h}`, line: 1, column: 1 } });
    const report = githubReport([result({ image: { source: h }, findings: [hostile] })], { minSeverity: "info" });
    expect(report.split("\n")).toHaveLength(2);
    expect(report.match(/^::\w+ /gm)).toEqual(["::error "]);
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(commands(report)).toHaveLength(1);
  });

  test("every sample is one line", () => {
    const report = githubReport([result({ findings: FINDINGS, texts: TEXTS })], { minSeverity: "info" });
    expect(report.trimEnd().split("\n")).toHaveLength(FINDINGS.length);
  });
});

test("without a line to blame, the annotation is at what is lost", () => {
  const report = githubReport([result({ findings: [finding({ cause: null })] })], { minSeverity: "info" });
  expect(report).toContain("file=etc/ssh/sshd_config,line=4,");
  expect(githubReport([result({ findings: [finding({ cause: null, losses: [] })] })], { minSeverity: "info" })).toMatch(
    /^::error file=/,
  );
});
