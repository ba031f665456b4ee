import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Location, Log, Result } from "sarif";
import { describe, expect, test } from "vitest";
import { documentOf } from "../../src/lint/rules/rule.ts";
import type { ImageReport } from "../../src/report/imageReport.ts";
import { lineHashes } from "../../src/report/lineHash.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { SARIF_SCHEMA } from "./multitool.ts";
import { FINDINGS, finding, RULES, result, TEXTS } from "./samples.ts";
import { everything, hostile, image, OPTIONS, textOf } from "./sarifSamples.ts";

const h = EVERY_HAZARD;
const logOf = (...results: ImageReport[]): Log => JSON.parse(textOf(...results));
const resultsOf = (...results: ImageReport[]): Result[] => logOf(...results).runs.flatMap((run) => run.results ?? []);
const uriOf = (location: Location | undefined) => location?.physicalLocation?.artifactLocation?.uri;

describe("validators", () => {
  const validate = addFormats.default(new Ajv2020({ strict: false })).compile(SARIF_SCHEMA);

  test("the JSON schema of SARIF 2.1.0", () => {
    expect(validate(JSON.parse(everything)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(JSON.parse(everything.replace('"level": "error"', '"level": "fatal"')))).toBe(false);
  });
});

describe("runs", () => {
  test("one an image, each with a category of its own", () => {
    const ids = logOf(
      image,
      result({ image: { source: "/build/rootfs/" } }),
      result({ image: { source: "/" } }),
      image,
    ).runs.map((run) => run.automationDetails?.id);
    expect(ids).toEqual([
      "cloud-init-lint/build/rootfs/",
      "cloud-init-lint/build/rootfs-2/",
      "cloud-init-lint/root/",
      "cloud-init-lint/build/rootfs-3/",
    ]);
  });

  test("every rule in each, with what GitHub wants of it", () => {
    for (const run of logOf(image, result({})).runs) {
      expect(run.invocations).toEqual([{ executionSuccessful: true }]);
      expect(run.tool.driver.rules?.map((rule) => rule.id)).toEqual(RULES.map((rule) => rule.id));
    }
    expect(logOf(image).runs[0]!.tool.driver.rules![0]).toEqual({
      id: "sshd-setting-overwritten",
      shortDescription: { text: "Title of sshd-setting-overwritten" },
      fullDescription: { text: "`sshd-setting-overwritten` happens on the first boot." },
      help: {
        text: "`sshd-setting-overwritten` happens\non the first boot.\n\nSecond paragraph.\n\nIt matters.\n\nFix it.",
        markdown: documentOf(RULES[0]!),
      },
      defaultConfiguration: { level: "error" },
      properties: {
        tags: ["cloud-init", "security"],
        precision: "high",
        "problem.severity": "error",
        "security-severity": "7.5",
      },
    });
    const plain = logOf(image).runs[0]!.tool.driver.rules!.find((rule) => rule.id === "timezone-reset");
    expect(plain?.properties).toEqual({
      tags: ["cloud-init"],
      precision: "high",
      "problem.severity": "recommendation",
    });
  });

  test("a long description is cut to what GitHub takes", () => {
    const rules = [{ ...RULES[0]!, happens: "word ".repeat(1000) }];
    const log: Log = JSON.parse(sarifReport([], rules, OPTIONS));
    expect(log.runs).toEqual([]);
    const [run] = (JSON.parse(sarifReport([image], rules, OPTIONS)) as Log).runs;
    expect(run?.tool.driver.rules?.[0]?.fullDescription?.text).toHaveLength(1024);
  });

  test("findings below --min-severity are left out", () => {
    const log: Log = JSON.parse(sarifReport([image], RULES, { ...OPTIONS, minSeverity: "error" }));
    expect(log.runs[0]!.results?.map((one) => one.level)).toEqual(["error", "error"]);
  });
});

describe("a result", () => {
  test("is at the line to blame, with target and cause linked from its message", () => {
    const [first] = resultsOf(image);
    expect(first).toMatchObject({
      ruleId: "sshd-setting-overwritten",
      ruleIndex: 0,
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "etc/cloud/cloud.cfg.d/20-team.cfg" },
            region: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 17 },
          },
          logicalLocations: [{ fullyQualifiedName: "/etc/cloud/cloud.cfg.d/20-team.cfg", kind: "resource" }],
        },
      ],
    });
    expect(first!.message.text).toBe(
      "sshd's PasswordAuthentication becomes yes, because cloud-init's set_passwords applies ssh_pwauth: true. " +
        "Affected: [/etc/ssh/sshd_config:4](1). Cause: [/etc/cloud/cloud.cfg.d/20-team.cfg:2](2). " +
        "Evidence: /etc/ssh/sshd_config differs from what openssh-server installed.\n\n" +
        "Fix: create /etc/cloud/cloud.cfg.d/99-keep.cfg:\n# Keeps what the image sets.\nssh_pwauth: false\n",
    );
    expect(first!.relatedLocations?.map((location) => [location.id, uriOf(location)])).toEqual([
      [1, "etc/ssh/sshd_config"],
      [2, "etc/cloud/cloud.cfg.d/20-team.cfg"],
    ]);
  });

  test("is at the target where the cause lies outside the image", () => {
    const lost = resultsOf(image).find((one) => one.ruleId === "hosts-entry-lost")!;
    expect(uriOf(lost.locations?.[0])).toBe("etc/hosts");
    expect(lost.locations?.[0]?.physicalLocation?.region).toEqual({
      startLine: 2,
      startColumn: 1,
      endLine: 2,
      endColumn: 24,
    });
    expect(uriOf(lost.relatedLocations?.[1])).toBe("seed/user-data");
  });

  test("has a location even without losses and file", () => {
    const [only] = resultsOf(
      result({ findings: [finding({ losses: [], cause: { path: "user-data", line: 7, column: 3 } })] }),
    );
    expect(only!.locations).toEqual(only!.relatedLocations?.map(({ id: _, ...location }) => location));
    expect(only!.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: "user-data" },
      region: { startLine: 7, startColumn: 3, endLine: 7, endColumn: 4 },
    });
  });

  test("links each loss, has a location without a line to blame, and says what a rename is", () => {
    const other = { path: "/etc/hosts", line: null, setting: null, before: null, after: null };
    const fix = { path: "/etc/b.cfg", content: "a: 1\n", renames: "/etc/a.cfg" };
    const [both, none] = resultsOf(
      result({
        findings: [
          finding({ losses: [...finding().losses, other], cause: null, fix }),
          finding({ losses: [], cause: null }),
        ],
      }),
    );
    expect(both!.message.text).toContain("Affected: [/etc/ssh/sshd_config:4](1), [/etc/hosts](2).");
    expect(both!.message.text).not.toContain("Cause");
    expect(both!.message.text).toContain("Fix: rename /etc/a.cfg to /etc/b.cfg.");
    expect(both!.relatedLocations).toHaveLength(2);
    expect(none!.locations).toHaveLength(1);
    expect(none!.relatedLocations).toEqual([]);
  });

  test("keeps hostile text as it is: no link, no placeholder, a URI that is one", () => {
    expect(hazardsIn(everything)).toEqual([]);
    const [one] = resultsOf(hostile);
    expect(one!.message.text).toContain(`${h.replaceAll("[", "\\[")} \\[x\\](9) {{0}} \\\\ Affected`);
    const uri = uriOf(one!.locations?.[0])!;
    expect(uri).toMatch(/^(?:[\w.!~*'()-]|%[0-9A-F]{2})+$/);
    expect(decodeURIComponent(uri)).toBe(`a b${Buffer.from(h)}%41?#[`);
    expect(one!.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName).toBe(`/a b${h}%41?#[`);
  });
});

describe("what an upload may hold", () => {
  const before = Array.from({ length: 6_000 }, (_, i) => `line ${i}\n`).join("");
  const severityOf = (i: number) => (i < 5_990 ? "error" : "info");
  const findings = Array.from({ length: 6_000 }, (_, i) =>
    finding({ severity: severityOf(i), cause: { path: "/c", line: i + 1, column: 1 } }),
  );

  if (whole)
    test.runIf(whole)("5,000 results a run, the worst, and it says what is cut", () => {
      const { runs } = logOf(result({ findings, texts: { "/c": { before } } }));
      expect(runs[0]!.results).toHaveLength(5_000);
      const [notification] = runs[0]!.invocations![0]!.toolExecutionNotifications!;
      expect(notification!.message.text).toMatch(/only the 5000 most severe of 6000 findings.*error 990.*info 10/);
    });

  test("what is below --min-severity is not missed", () => {
    const notes = findings.map((one, i) => ({ ...one, severity: i < 10 ? ("error" as const) : ("info" as const) }));
    const text = sarifReport([result({ findings: notes })], RULES, { ...OPTIONS, minSeverity: "error" });
    const [run] = (JSON.parse(text) as Log).runs;
    expect(run!.results).toHaveLength(10);
    expect(run!.invocations).toEqual([{ executionSuccessful: true }]);
  });

  test("values of megabytes do not fill it", () => {
    const huge = "😀".repeat(1_000_000);
    const fix = { path: "/f", content: huge };
    const [one] = resultsOf(result({ findings: [finding({ message: huge, evidence: huge, fix })] }));
    const text = one!.message.text!;
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain("😀…");
    expect(Buffer.from(text).toString()).toBe(text);
  });

  test("20 runs, and it says that images are missing", () => {
    const { runs } = logOf(...Array.from({ length: 21 }, () => image));
    expect(runs).toHaveLength(20);
    expect(runs[0]!.invocations![0]!.toolExecutionNotifications![0]!.message.text).toContain("20 of 21 images");
  });
});

test("an image that was not read whole is no success", () => {
  const [run] = logOf({ ...image, unread: [{ path: "/etc/shadow", reason: "permission denied" }] }).runs;
  expect(run!.invocations![0]!.executionSuccessful).toBe(false);
  expect(run!.invocations![0]!.toolExecutionNotifications![0]!.message.text).toContain("/etc/shadow");
});

describe("fingerprints", () => {
  const hashOf = (one: Result | undefined) => one?.partialFingerprints?.primaryLocationLineHash;

  test("are GitHub's hash of the line", () => {
    const [first] = resultsOf(image);
    expect(hashOf(first)).toBe(lineHashes(TEXTS["/etc/cloud/cloud.cfg.d/20-team.cfg"]!.before!)(2));
  });

  test("tell two findings of one rule on one line apart, whatever else is found", () => {
    const [, rsa, dsa] = FINDINGS;
    const hashes = (findings: readonly (typeof FINDINGS)[number][]) =>
      resultsOf(result({ findings, texts: TEXTS })).map(hashOf);
    const [first, second] = hashes([rsa!, dsa!]);
    expect(first).not.toBe(second);
    expect(hashes([FINDINGS[0]!, rsa!, dsa!]).slice(1)).toEqual([first, second]);
  });

  test("exist, and are stable, where the file cannot be read", () => {
    const [one] = resultsOf(hostile);
    expect(hashOf(one)).toMatch(/^[0-9a-f]{16}:1$/);
    expect(resultsOf(hostile)).toEqual(resultsOf(hostile));
  });
});
