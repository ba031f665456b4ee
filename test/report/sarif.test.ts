import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { ArtifactChange, Location, Log, Result } from "sarif";
import { describe, expect, test } from "vitest";
import type { FileEdit, IgnoredFinding } from "../../src/lint/finding.ts";
import { documentOf } from "../../src/lint/rules/rule.ts";
import type { ImageReport } from "../../src/report/imageReport.ts";
import { lineHashes } from "../../src/report/lineHash.ts";
import { projectUrl } from "../../src/report/projectUrl.ts";
import type { Repository } from "../../src/report/repository.ts";
import { type SarifOptions, sarifReport } from "../../src/report/sarif.ts";
import { whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { SARIF_SCHEMA } from "./multitool.ts";
import { FINDINGS, finding, IGNORED, RULES, result, TEXTS } from "./samples.ts";
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
  const categoryOf = (sources: readonly string[], anchor?: SarifOptions["anchor"]) => {
    const images = sources.map((source) => result({ image: { source } }));
    const { runs } = JSON.parse(sarifReport(images, RULES, { ...OPTIONS, anchor })) as Log;
    expect(runs).toHaveLength(1);
    return runs[0]!.automationDetails?.id;
  };

  test("one for all images, in a category that does not depend on how many there are", () => {
    expect(categoryOf(["/build/rootfs/"])).toBe("cloud-init-lint/build/rootfs/");
    expect(categoryOf(["/"])).toBe("cloud-init-lint/root/");
    for (const sources of [
      ["out/a.tar", "out/b.tar"],
      ["out/c.tar", "out/a.tar", "out/x/b.tar"],
    ])
      expect(categoryOf(sources)).toBe("cloud-init-lint/out/");
    expect(categoryOf(["a.tar", "/"])).toBe("cloud-init-lint/images/");
    const anchor = { path: "packer/web.pkr.hcl", text: "x\n", line: 1 };
    expect(categoryOf(["a.tar", "b/c.tar"], anchor)).toBe("cloud-init-lint/packer/web.pkr.hcl/");
    expect(categoryOf(["a.tar"], anchor)).toBe("cloud-init-lint/a.tar/");
  });

  test("with the addresses of our repository once there is one", () => {
    const driverOf = (repository: unknown) => {
      const text = sarifReport([image], RULES, { ...OPTIONS, url: projectUrl(repository) });
      return (JSON.parse(text) as Log).runs[0]!.tool.driver;
    };
    for (const repository of [
      "github:me/it",
      "me/it",
      "git@github.com:me/it.git",
      "git://github.com/me/it",
      { url: "git+ssh://git@github.com/me/it.git" },
      { type: "git", url: "git+https://github.com/me/it.git" },
    ]) {
      const { informationUri, rules } = driverOf(repository);
      expect(informationUri).toBe("https://github.com/me/it");
      expect(rules?.[0]?.helpUri).toBe("https://github.com/me/it/blob/v0.1.0/docs/rules/sshd-setting-overwritten.md");
    }
    for (const none of [undefined, null, 7, {}, "github:OWNER/it", "git@example.org:me/it.git", "javascript:x"])
      expect(driverOf(none).informationUri ?? driverOf(none).rules?.[0]?.helpUri).toBeUndefined();
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
    expect(first).not.toHaveProperty("suppressions");
    expect(first).not.toHaveProperty("properties");
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

  test("has its safe fix as edits of the file, unless a program could not apply them", () => {
    const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
    const before = TEXTS[path]!.before!;
    const fixesOf = (fix: FileEdit, safe = true, repository?: Repository) => {
      const proveFix = () => ({ safe, why: safe ? null : "it costs", edits: [fix] });
      return resultsOf(result({ findings: [finding({ proveFix })], texts: TEXTS }, repository))[0]!.fixes;
    };
    const content = before.replace("ssh_pwauth: true\n", "ssh_pwauth: false\na: 1\n").replace("Berlin\n", "Paris");
    expect(applied(before, fixesOf({ path, content })![0]!.artifactChanges[0]!)).toBe(content);
    expect(applied(content, fixesOf({ path, content: "" })![0]!.artifactChanges[0]!)).not.toContain("team");
    expect(fixesOf({ path: "/etc/new.cfg", content: "a: 1\n" })).toEqual([
      {
        description: { text: "Edits /etc/new.cfg" },
        artifactChanges: [
          {
            artifactLocation: { uri: "etc/new.cfg" },
            replacements: [
              {
                deletedRegion: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
                insertedContent: { text: "a: 1\n" },
              },
            ],
          },
        ],
      },
    ]);
    const inRepository = (text: string): Repository => ({
      anchor: undefined,
      file: () => ({ path: "files/a.cfg", text }),
    });
    const [mapped] = fixesOf({ path, content }, true, inRepository(before))!;
    expect(mapped!.artifactChanges[0]!.artifactLocation.uri).toBe("files/a.cfg");
    expect(fixesOf({ path, content }, true, inRepository("# a template\n"))).toBeUndefined();
    expect(fixesOf({ path, content }, false)).toBeUndefined();
    expect(fixesOf({ path: "/b", content: before, renames: path })).toBeUndefined();
    expect(fixesOf({ path, content: `${before}password: <<hidden:password>>\n` })).toBeUndefined();
  });

  test("that is ignored is suppressed with the reason, or left out for code scanning", () => {
    const by = (ignored: Partial<IgnoredFinding["ignored"]>) => ({
      ...IGNORED,
      message: JSON.stringify(ignored),
      ignored: { ...IGNORED.ignored, ...ignored },
    });
    const partly = result({
      findings: [finding({ losses: [] })],
      ignored: [by({}), by({ by: "config", reason: null }), by({ by: "baseline", path: "b.json", reason: "old" })],
      texts: TEXTS,
    });
    const all = resultsOf(partly);
    expect(all.map((one) => one.suppressions?.map(({ kind, justification }) => [kind, justification]))).toEqual([
      [],
      [["inSource", "we want it"]],
      [["external", undefined]],
      [["external", "old"]],
    ]);
    expect(uriOf(all[1]!.suppressions![0]!.location)).toBe("etc/cloud/cloud.cfg.d/20-team.cfg");
    const left: Log = JSON.parse(sarifReport([partly], RULES, { ...OPTIONS, withoutIgnored: true }));
    expect(left.runs[0]!.results).toEqual([expect.not.objectContaining({ suppressions: expect.anything() })]);
    // The others keep their identity.
    expect(left.runs[0]!.results![0]!.partialFingerprints).toEqual(all[0]!.partialFingerprints);
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

describe("several images", () => {
  const named = (source: string, ...findings: (typeof FINDINGS)[number][]) =>
    result({ image: { source }, findings, texts: TEXTS });
  const keysOf = (results: readonly Result[]) =>
    results.map((one) =>
      [one.ruleId, uriOf(one.locations?.[0]), one.partialFingerprints?.primaryLocationLineHash].join(),
    );

  test("a finding that they share is one result, which names them", () => {
    const [one, ...others] = resultsOf(named("a", finding()), named("b", finding()), named("c", FINDINGS[1]!));
    expect(one!.message.text).toContain(" Images: a, b.\n\nFix: ");
    expect(one!.properties).toEqual({ images: ["a", "b"] });
    expect(one!.fixes).toHaveLength(1);
    expect(others.map(({ message }) => message.text)).toEqual([expect.stringContaining(" Image: c.")]);
  });

  test("different findings that GitHub would merge are one result that quotes all, at the worst severity", () => {
    const other = finding({ severity: "error", message: "It becomes [no] in b." });
    const [one, ...others] = resultsOf(named("a", finding({ severity: "warning" })), named("b", other));
    expect(others).toEqual([]);
    expect(one!.level).toBe("error");
    expect(one!.message.text).toContain(" Images: a, b. In b: It becomes \\[no\\] in b.");
  });

  test("no alert changes its identity because an image joins, and no two are the same", () => {
    const [a, b] = [named("a", ...FINDINGS), named("b", finding({ message: "Another." }), FINDINGS[2]!, FINDINGS[1]!)];
    const alone = keysOf(resultsOf(a));
    for (const together of [keysOf(resultsOf(a, b)), keysOf(resultsOf(b, a))]) {
      for (const key of [...alone, ...keysOf(resultsOf(b))]) expect(together).toContain(key);
      expect(new Set(together).size).toBe(together.length);
    }
    // Nor because another finding is ignored.
    const ignored = { ...FINDINGS[1]!, ignored: IGNORED.ignored };
    const rest = result({ findings: FINDINGS.filter((one) => one !== FINDINGS[1]), ignored: [ignored], texts: TEXTS });
    expect(keysOf(resultsOf(rest)).sort()).toEqual(alone.toSorted());
  });

  test("one that an image ignores is open because of the others, and names it", () => {
    const ignoring = (source: string, changes: Partial<IgnoredFinding["ignored"]> = {}) =>
      result({
        image: { source },
        ignored: [{ ...finding(), ignored: { ...IGNORED.ignored, ...changes } }],
        texts: TEXTS,
      });
    const images = [ignoring("a"), named("b", finding({ severity: "warning" })), ignoring("c"), ignoring("d")];
    const [one, ...others] = resultsOf(
      ...images,
      named("e", FINDINGS[1]!),
      result({ ignored: [{ ...FINDINGS[3]!, ignored: IGNORED.ignored }], texts: TEXTS }),
    );
    expect(one).toMatchObject({ level: "warning", suppressions: [], properties: { images: ["b"] } });
    expect(one!.message.text).toContain(" Image: b. Ignored in: a, c, d.\n\nFix: ");
    expect(others.map(({ suppressions }) => suppressions?.length)).toEqual([0, 1]);
    const [all] = resultsOf(ignoring("a"), ignoring("b", { reason: "not here" }), ignoring("c"));
    expect(all!.suppressions?.map(({ justification }) => justification)).toEqual([IGNORED.ignored.reason, "not here"]);
    expect(all!.properties).toEqual({ images: ["a", "b", "c"] });
    // The alert is the same whatever is ignored.
    expect(keysOf([one!, all!])).toEqual([keysOf([one!])[0], keysOf([one!])[0]]);
  });

  test("equal findings of one image are told apart", () => {
    const keys = keysOf(resultsOf(named("a", finding(), finding(), finding())));
    expect(new Set(keys).size).toBe(3);
  });

  test("at the anchor, where all of them are on one line", () => {
    const anchor = { path: "build.sh", text: "#!/bin/sh\n", line: 1 };
    const images = [named("a", ...FINDINGS), named("b", ...FINDINGS.slice(0, 2))];
    const { runs } = JSON.parse(sarifReport(images, RULES, { ...OPTIONS, anchor })) as Log;
    expect(new Set(keysOf(runs[0]!.results!)).size).toBe(FINDINGS.length);
    expect(runs[0]!.results).toHaveLength(FINDINGS.length);
  });
});

/** A text after the replacements of a change, made from the last to the first. */
function applied(text: string, { replacements }: ArtifactChange): string {
  const lines = text.split("\n");
  const offsetOf = (line = 1, column = 1) =>
    lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  return replacements.toReversed().reduce((now, { deletedRegion: at, insertedContent }) => {
    const [start, end] = [offsetOf(at.startLine, at.startColumn), offsetOf(at.endLine, at.endColumn)];
    return now.slice(0, start) + (insertedContent?.text ?? "") + now.slice(end);
  }, text);
}

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
      const image = result({ findings, texts: { "/c": { before } } });
      const told: string[] = [];
      sarifReport([image], RULES, { ...OPTIONS, leftOut: (sentence) => void told.push(sentence) });
      expect(told).toEqual([notification!.message.text]);
      expect(notification!.message.text).toMatch(/only the 5000 most severe of 6000 findings.*error 990.*info 10/);
    });

  if (whole)
    test.runIf(whole)("10 MB compressed, of a fleet of 200 images with long findings, and it says what is cut", () => {
      // Nothing compresses it to less than three quarters.
      const noise = (name: string) =>
        Array.from({ length: 70 }, (_, i) => createHash("sha256").update(`${name} ${i}`).digest("base64"))
          .join("")
          .replace(/[^a-z]/gi, " ");
      const images = Array.from({ length: 200 }, (_, i) => {
        const findings = Array.from({ length: 24 }, (_, j) => {
          const cause = { path: `/etc/cloud/cloud.cfg.d/${i}-${j}.cfg`, line: 1, column: 1 };
          const severity = (["error", "warning", "info"] as const)[j % 3]!;
          return finding({ severity, cause, message: noise(`${i} ${j}`), evidence: noise(`why ${i} ${j}`) });
        });
        const texts = Object.fromEntries(findings.map(({ cause }) => [cause!.path, { before: `# ${cause!.path}\n` }]));
        return result({ image: { source: `ami:ami-${`${i}`.padStart(17, "0")}` }, findings, texts });
      });
      const told: string[] = [];
      const text = sarifReport(images, RULES, { ...OPTIONS, leftOut: (sentence) => void told.push(sentence) });
      const size = gzipSync(text).length;
      expect(size).toBeLessThanOrEqual(10_000_000);
      // Not much more is cut than must be.
      expect(size).toBeGreaterThan(7_000_000);
      const [run] = (JSON.parse(text) as Log).runs;
      const count = (level: Result["level"]) => run!.results!.filter((one) => one.level === level).length;
      const kept = run!.results!.length;
      const omitted = `error ${1600 - count("error")}, warning ${1600 - count("warning")}, info ${1600 - count("note")}`;
      expect([kept < 4800, count("error")]).toEqual([true, Math.min(kept, 1600)]);
      expect(told).toEqual([
        `only the ${kept} most severe of 4800 findings are included; omitted by severity: ${omitted}`,
      ]);
      expect(run!.invocations![0]!.toolExecutionNotifications!.map(({ message }) => message.text)).toEqual(told);
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
});

test("an image that was not read whole is no success", () => {
  const [run] = logOf({ ...image, unread: [{ path: "/etc/shadow", reason: "permission denied" }] }).runs;
  expect(run!.invocations![0]!.executionSuccessful).toBe(false);
  expect(run!.invocations![0]!.toolExecutionNotifications![0]!.message.text).toContain("/etc/shadow");
});

describe("fingerprints", () => {
  const hashOf = (one: Result | undefined) => one?.partialFingerprints?.primaryLocationLineHash;

  test("are GitHub's hash of the line", () => {
    const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
    const text = TEXTS[path]!.before!;
    const repository = { file: () => ({ path: "files/20-team.cfg", text }), anchor: undefined };
    const [first] = resultsOf(result({ findings: FINDINGS, texts: TEXTS }, repository));
    expect(hashOf(first)).toBe(lineHashes(text)(2));
  });

  test("are of the line alone in a file that is not in the repository, since only images contain it", () => {
    const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
    const other = { ...TEXTS, [path]: { before: "# Here.\nssh_pwauth: true\nntp: {}\n" } };
    const lines = { ...TEXTS, [path]: { before: "\n# Here.\nssh_pwauth: true\n" } };
    const edited = (before: string, line = 2) =>
      finding({
        cause: { path, line, column: 1 },
        fix: { path, content: before.replace("auth: true", "auth: false") },
      });
    const images = [
      result({ findings: [edited(TEXTS[path]!.before!)], texts: TEXTS }),
      result({ findings: [edited(other[path]!.before!)], texts: other }),
      result({ findings: [edited(lines[path]!.before!, 3)], texts: lines }),
    ];
    const [shared, ...others] = resultsOf(...images);
    expect(others).toEqual([]);
    expect(shared!.fixes).toHaveLength(1);
    const anchor = { path: "build.sh", text: "#!/bin/sh\n", line: 1 };
    const log: Log = JSON.parse(sarifReport(images, RULES, { ...OPTIONS, anchor }));
    expect(log.runs[0]!.results).toHaveLength(1);
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
