import { describe, expect, test } from "vitest";
import { type GithubOptions, githubReport, hiddenAnnotations } from "../../src/report/github.ts";
import { textReport } from "../../src/report/text.ts";
import { EVERY_HAZARD } from "./hazards.ts";
import { FINDINGS, finding, result, TEXTS } from "./samples.ts";

const OPTIONS: GithubOptions = { color: false, width: 80, minSeverity: "info" };

/** The workflow commands of a report, without the text for people that follows them. */
const annotations = (results: Parameters<typeof githubReport>[0], options: Partial<GithubOptions> = {}): string => {
  const report = githubReport(results, { ...OPTIONS, ...options });
  const text = textReport(results, { ...OPTIONS, ...options });
  expect(report.endsWith(text)).toBe(true);
  return report.slice(0, report.length - text.length).replace(/\n\n$/, "\n");
};

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
    const report = annotations([result({ findings: [finding()], texts: TEXTS })]);
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
          /PasswordAuthentication becomes yes.*Cause: \/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg:2 in build\/rootfs\. Fix: add \/etc\/cloud\/cloud\.cfg\.d\/99-keep\.cfg: ssh_pwauth: false$/,
        ),
      },
    ]);
  });

  test("a notice for a note, none below the severity", () => {
    const notes = [result({ findings: [finding({ severity: "info" })] })];
    expect(annotations(notes)).toMatch(/^::notice /);
    expect(annotations(notes, { minSeverity: "warning" })).toBe("");
  });

  test("a message of megabytes is cut", () => {
    const report = annotations([result({ findings: [finding({ message: "x".repeat(1_000_000) })] })]);
    expect(report.length).toBeLessThan(5_000);
  });

  test("it says how many do not become annotations", () => {
    const many = Array.from({ length: 11 }, (_, index) => finding({ message: `${index}` }));
    const results = [result({ findings: many }), result({ findings: [finding({ severity: "info" })] })];
    expect(hiddenAnnotations(results, "info")).toEqual([
      "GitHub shows only 10 of 11 errors as annotations; this log contains all",
    ]);
    expect(hiddenAnnotations(results.slice(1), "info")).toEqual([]);
  });

  test("text of an image begins no command, ends no line and hides nothing", () => {
    const h = `${EVERY_HAZARD}\n::set-output name=x::y\r\n::error::z,:%0A`;
    const hostile = finding({ rule: h, message: h, cause: { path: `/etc/${h}`, line: 1, column: 1 } });
    const report = annotations([result({ image: { source: h }, findings: [hostile] })]);
    expect(report.split("\n")).toHaveLength(2);
    expect(report.match(/^::\w+ /gm)).toEqual(["::error "]);
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(commands(report)).toHaveLength(1);
  });

  test("every sample is one line", () => {
    const report = annotations([result({ findings: FINDINGS, texts: TEXTS })]);
    expect(report.trimEnd().split("\n")).toHaveLength(FINDINGS.length);
  });
});

test("without a line to blame, the annotation is at what is lost", () => {
  const report = annotations([result({ findings: [finding({ cause: null })] })]);
  expect(report).toContain("file=etc/ssh/sshd_config,line=4,");
  expect(annotations([result({ findings: [finding({ cause: null, losses: [] })] })])).toMatch(/^::error file=/);
});

test("a finding of several images is one annotation that names them", () => {
  const images = ["a", "b", "c", "d", "e", "f"].map((source) =>
    result({ image: { source }, findings: [finding()], texts: TEXTS }),
  );
  expect(commands(annotations(images.slice(0, 2))).map(({ message }) => message)).toEqual([
    expect.stringContaining("20-team.cfg:2 in a, b. Fix: "),
  ]);
  expect(annotations(images)).toContain(" in a, b, c, d, e and 1 more. Fix: ");
  expect(hiddenAnnotations(Array(11).fill(images[0]), "info")).toEqual([]);
});

test("the first line of a fix: what it adds or removes, and what an unsafe one costs", () => {
  const fixOf = (fix: { path: string; content: string; renames?: string }, safe = true) => {
    const proveFix = () => ({ safe, why: safe ? null : "no login", edits: [fix] });
    return commands(annotations([result({ findings: [finding({ proveFix })], texts: TEXTS })]))[0]!.message.replace(
      /.* Fix: /,
      "",
    );
  };
  const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
  const before = TEXTS[path]!.before!;
  expect(fixOf({ path, content: before.replace("true", "false") })).toBe(`change ${path}: ssh_pwauth: false`);
  expect(fixOf({ path, content: before.replace("ssh_pwauth: true\n", "") }, false)).toBe(
    `change ${path}: remove ssh_pwauth: true (unsafe: no login)`,
  );
  expect(fixOf({ path: "/b", content: "", renames: "/a" })).toBe("rename /a to /b");
});
