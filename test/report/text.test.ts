import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { adviceIn } from "../../src/lint/rules/advice.ts";
import { type TextOptions, textReport } from "../../src/report/text.ts";
import { displayWidth } from "../../src/report/width.ts";
import { sample, whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { FINDINGS, finding, IGNORED, RULES, result, TEXTS } from "./samples.ts";

const OPTIONS: TextOptions = { color: false, width: 80, minSeverity: "info" };

const one = (
  changes: Parameters<typeof finding>[0],
  options: Partial<TextOptions> = {},
  texts: Parameters<typeof result>[0]["texts"] = TEXTS,
) => textReport([result({ findings: [finding(changes)], texts })], { ...OPTIONS, ...options });

test("a finding: header, file to blame, rule, sentence, line, diff, evidence, fix, summary", () => {
  expect(one({})).toBe(`build/rootfs: Debian 12, cloud-init 22.4.2, datasource NoCloud

/etc/cloud/cloud.cfg.d/20-team.cfg
  2:1  error    sshd-setting-overwritten
    sshd's PasswordAuthentication becomes yes, because cloud-init's
    set_passwords applies ssh_pwauth: true.
    2 | ssh_pwauth: true
    affected: /etc/ssh/sshd_config:4
      - PasswordAuthentication no
      + PasswordAuthentication yes
    evidence: /etc/ssh/sshd_config differs from what openssh-server installed
    fix: add /etc/cloud/cloud.cfg.d/99-keep.cfg
      # Keeps what the image sets.
      ssh_pwauth: false

1 error
"cloud-init-lint fix <image>" puts the fixes in place.
"cloud-init-lint explain <rule>" describes a rule and its remedy.
`);
});

test("no diff repeats a message that names place and value", () => {
  const message = 'cloud-init changes PasswordAuthentication from "no" (/etc/ssh/sshd_config:4) to "yes".';
  expect(one({ message })).not.toContain("affected");
  expect(one({ message: message.replace(":4", "") })).toContain("affected: /etc/ssh/sshd_config:4\n");
  expect(one({ message: message.replace('"no"', "what it is") })).toContain("affected: /etc/ssh/sshd_config:4\n");
});

describe("without a fix", () => {
  const rules = RULES.map((rule) => ({ ...rule, advice: adviceIn("Set `a: 1` in [a file](b). Or:\n\n    b: 2") }));
  const report = (message: string) =>
    textReport([result({ findings: [finding({ fix: null, message }), finding({ fix: null, message })] })], {
      ...OPTIONS,
      rules,
    });

  test("the rule's document says what to do, once", () => {
    expect(report("It is lost.").match(/ {4}help: Set a: 1 in a file. Or.\n/g)).toHaveLength(1);
    expect(one({}, { rules })).not.toContain("help:");
    expect(report("It is lost.")).not.toContain("cloud-init-lint fix");
  });

  test("unless the message does", () => expect(report("It is lost. Set a.")).not.toContain("help:"));
});

test("an unsafe fix says what it costs", () => {
  const proveFix = () => ({ safe: false, why: "a new warning: x", edits: [{ path: "/f", content: "a: 1\n" }] });
  expect(one({ proveFix })).toContain("    unsafe fix: add /f\n      a: 1\n    cost: a new warning: x\n");
});

describe("what is lost", () => {
  test("a line that another file overrides: the setting's values", () => {
    const texts = {
      "/etc/ssh/sshd_config": { before: "PasswordAuthentication no\n", after: "PasswordAuthentication no\n" },
    };
    const losses = [{ ...finding().losses[0]!, line: 1 }];
    expect(one({ losses }, {}, texts)).toContain(`affected: /etc/ssh/sshd_config:1
      - PasswordAuthentication no
      + PasswordAuthentication yes
`);
  });

  test("several lines of a file: one diff, without comments", () => {
    const before = "# Ours.\n10.0.0.5 db\n10.0.0.6 cache\n::1 localhost\n";
    const after = "# Written at boot.\n\n::1 localhost\n";
    const lost = { path: "/etc/hosts", setting: "db", before: "10.0.0.5", after: null };
    const report = one({ losses: [3, 2].map((line) => ({ ...lost, line })) }, {}, { "/etc/hosts": { before, after } });
    expect(report).toContain(`affected: /etc/hosts:2, 3
      - 10.0.0.5 db
      - 10.0.0.6 cache
    evidence`);
  });

  test("many files, and many lines of a file, are counted", () => {
    const losses = Array.from({ length: 50 }, (_, index) => ({
      ...finding().losses[0]!,
      path: `/etc/${index < 10 ? 0 : index}`,
      line: index + 1,
    }));
    const report = one({ losses }, {}, {});
    expect(report).toContain("affected: /etc/0:1, 2, 3, 4 and 6 more\n");
    expect(report).toContain("affected: 38 more files\n");
    expect(report).not.toContain("/etc/12");
  });

  test("no other hunk than the loss's", () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`);
    const before = lines.join("");
    const after = before.replace("line 2\n", "x\n").replace("line 30\n", "y\n");
    const report = one(
      { losses: [{ ...finding().losses[0]!, line: 30 }] },
      {},
      { "/etc/ssh/sshd_config": { before, after } },
    );
    expect(report).toContain("      - line 30\n      + y\n    evidence");
    expect(report).not.toContain("- line 2\n");
  });

  test("a deleted file, and one with new content that nobody knows: never a key's own text", () => {
    const report = textReport([result({ findings: FINDINGS.slice(1, 3), texts: TEXTS })], OPTIONS);
    expect(report).toContain("affected: /etc/ssh/ssh_host_dsa_key (cloud-init deletes the file)");
    expect(report).toMatch(
      /affected: \/etc\/ssh\/ssh_host_rsa_key \(its new content is unknown:\s+a\s+fresh\s+host\s+key\)/,
    );
    expect(report).not.toMatch(/PRIVATE KEY|c2VjcmV0/);
  });

  test("a long diff is cut around the line that counts", () => {
    const report = one(FINDINGS[3]!, {});
    expect(report).toContain("- 10.0.0.5 db.internal db\n");
    expect(report).toContain("… 40 more lines\n");
    expect(report).toContain("+ 127.0.1.1 (unknown: the host name that the cloud assigns)\n");
    const diff = report.split("\n").filter((line) => /^ {6}[-+ ] /.test(line));
    expect(diff.length).toBeLessThanOrEqual(7);
  });

  test("how sure it is, and what is new", () => {
    expect(one({ confidence: "likely" })).toContain("  2:1  error, likely  sshd-setting-overwritten\n");
    expect(one({ confidence: "possible" })).toContain("  2:1  error, possible  sshd-setting-overwritten\n");
    const losses = [{ path: "/etc/sudoers.d/90", line: null, setting: "debian", before: null, after: "ALL" }];
    const report = one({ losses }, {}, { "/etc/sudoers.d/90": { after: "debian ALL=(ALL) NOPASSWD:ALL\n" } });
    expect(report).toContain("affected: /etc/sudoers.d/90\n      + debian ALL=(ALL) NOPASSWD:ALL\n");
  });
});

test("several losses, and no line to blame: each loss is shown, under the file of the first", () => {
  const other = { path: "/etc/hosts", line: null, setting: null, before: "x", after: null };
  const report = one({ losses: [...finding().losses, other], cause: null }, {}, {});
  expect(report).toContain("/etc/ssh/sshd_config\n  4:1  error");
  expect(report).toContain("affected: /etc/ssh/sshd_config:4\n      - PasswordAuthentication no\n");
  expect(report).toContain("affected: /etc/hosts\n      - x\n");
});

test("a fix that renames a file says so, and shows nothing of it", () => {
  const fix = {
    path: "/etc/cloud/cloud.cfg.d/zz-a.cfg",
    content: "token: x\n",
    renames: "/etc/cloud/cloud.cfg.d/100-a.cfg",
  };
  const report = one({ fix }).replace(/\s+/g, " ");
  expect(report).toContain("fix: rename /etc/cloud/cloud.cfg.d/100-a.cfg to /etc/cloud/cloud.cfg.d/zz-a.cfg");
  expect(report).not.toContain("token: x");
});

describe("the code frame", () => {
  const cause = (line: number, column: number) => ({ path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line, column });

  test("marks the column inside a line", () => {
    expect(one({ cause: cause(3, 11) })).toContain("    3 | timezone: Europe/Berlin\n      |           ^\n");
  });

  test("is left out for a file that is not in the image, a line that it does not have", () => {
    for (const at of [{ ...cause(1, 1), path: "/seed/user-data" }, cause(99, 1)])
      expect(one({ cause: at })).not.toContain(" | ");
  });

  test("is not repeated for the next finding on the same line, nor is its fix", () => {
    const report = textReport([result({ findings: FINDINGS.slice(1, 3), texts: TEXTS })], OPTIONS);
    expect(report.match(/ 4 \| {2}- ssh/g)).toHaveLength(1);
    expect(report.match(/ssh_deletekeys: false/g)).toHaveLength(1);
    expect(report).toContain("fix: /etc/cloud/cloud.cfg.d/99-keep.cfg, as above");
  });
});

describe("summary", () => {
  const report = (options: Partial<TextOptions>, ignored = 0) =>
    textReport([result({ findings: FINDINGS, texts: TEXTS, ignored: Array(ignored).fill(IGNORED) })], {
      ...OPTIONS,
      ...options,
    });

  test("counts what is shown, tells what is hidden", () => {
    expect(report({})).toMatch(/\n2 errors, 2 warnings, 1 note\n.*fix.*\n.*explain.*\n$/);
    expect(report({ minSeverity: "warning" })).toMatch(
      /\n2 errors, 2 warnings; 1 note hidden \(--min-severity info shows them\)\n.*fix.*\n.*explain.*\n$/,
    );
    expect(report({ minSeverity: "error" }, 3)).toMatch(
      /\n2 errors; 2 warnings, 1 note hidden \(--min-severity info shows them\); 3\s+ignored\s+\(--no-ignores shows them\)\n.*fix.*\n.*explain.*\n$/,
    );
    expect(report({ minSeverity: "error" })).not.toContain("hosts-entry-lost");
  });
});

describe("images without findings", () => {
  const clean = result({ image: { source: "/mnt/clean" } });
  const off = result({ image: { source: "/mnt/off", cloudInit: { version: "25.1.4", enabled: false } } });
  const notes = result({ findings: [finding({ severity: "info" })] });

  test("say so", () => {
    expect(textReport([clean], OPTIONS)).toBe("/mnt/clean: nothing to report\n");
    const partly = { ...clean, unread: [{ path: "/etc/shadow", reason: "permission denied" }] };
    expect(textReport([partly], OPTIONS)).toBe("/mnt/clean: nothing to report in the files that could be read\n");
    expect(textReport([off], { ...OPTIONS, width: 200 })).toBe(
      "/mnt/off: nothing to report; cloud-init is disabled, so it does not run\n",
    );
    expect(textReport([notes], { ...OPTIONS, minSeverity: "warning" })).toBe(
      "build/rootfs: nothing to report\n\n1 note hidden (--min-severity info shows them)\n",
    );
  });

  test("are not mentioned when it is to be quiet", () => {
    const quiet = { ...OPTIONS, quiet: true };
    expect(textReport([clean, off], quiet)).toBe("");
    const report = textReport([clean, result({ findings: FINDINGS })], quiet);
    expect(report).not.toContain("/mnt/clean");
    expect(report).toMatch(/2 errors, 2 warnings, 1 note\n.*fix.*\n.*explain.*\n$/);
  });
});

test("findings that several images share are shown and counted once, under the images that have them", () => {
  const [a, b, c] = ["a", "b", "c"].map((source, index) =>
    result({ image: { source }, findings: index === 2 ? FINDINGS.slice(0, 1) : FINDINGS.slice(0, 2), texts: TEXTS }),
  );
  const report = textReport([a!, b!, c!, result({ image: { source: "d" } })], OPTIONS);
  expect(report).toMatch(
    /\n\n3 images: Debian 12.*\n {2}a, b, c\n\n\/etc\/cloud\/cloud\.cfg\.d\/20-team\.cfg\n(?:.*\n)*\n2 images: Debian 12.*\n {2}a, b\n\n\/etc\/cloud\/cloud\.cfg\n(?:.*\n)*\nd: nothing to report\n\n2 errors\n/,
  );
  expect(report.match(/sshd-setting-overwritten$/gm)).toHaveLength(1);
  const many = Array.from({ length: 23 }, (_, index) =>
    result({ image: { source: `i${index}` }, findings: [finding()] }),
  );
  expect(textReport(many, OPTIONS)).toMatch(/^23 images: Debian 12.*\n {2}i0, i1, (?:.*\n)*.* i19 and 3 more\n\n/m);
});

test("several images, each under its own header; disabled cloud-init is told", () => {
  const other = result({
    image: {
      source: "other",
      distro: { id: null, version: null },
      cloudInit: { version: "25.1", enabled: false },
      datasource: null,
    },
    findings: [finding({ evidence: "", message: "Another one." })],
  });
  const report = textReport([result({ findings: FINDINGS }), other], { ...OPTIONS, width: 120 });
  expect(report).toContain("\n\nother: unknown distro, cloud-init 25.1 (disabled: it does not run)\n");
  expect(report).toMatch(/\n3 errors, 2 warnings, 1 note\n.*fix.*\n.*explain.*\n$/);
});

describe.each([40, 80, 200])("at %i columns", (width) => {
  const report = textReport([result({ findings: FINDINGS, texts: TEXTS })], { ...OPTIONS, width });

  test("no line is wider, whatever is longer than a line by itself aside", () => {
    const wide = report.split("\n").filter((line) => displayWidth(line) > width);
    expect(wide.filter((line) => line.trim().includes(" ") && !line.includes("/etc/"))).toEqual([]);
  });

  test("every rule id is whole", () => {
    for (const { rule } of FINDINGS) expect(report).toMatch(new RegExp(`(^|\\s)${rule}$`, "m"));
  });
});

test("long values are cut", () => {
  const long = "x ".repeat(100_000);
  const report = one(
    { message: long, evidence: long, losses: [{ path: "/x", line: 1, setting: "s", before: long, after: long }] },
    {},
    { "/etc/cloud/cloud.cfg.d/20-team.cfg": { before: `a\nb: ${long}\n` } },
  );
  expect(report.length).toBeLessThan(10_000);
  expect(report).toContain("…");
});

test.runIf(whole)("thousands of findings in long files take seconds; all are listed, the first ones in detail", () => {
  const count = sample(1_500, 20_000);
  const before = Array.from({ length: count }, (_, i) => `10.0.0.1 host${i}\n`).join("");
  const findings = Array.from({ length: count }, (_, i) =>
    finding({
      cause: { path: "/c", line: i + 1, column: 1 },
      losses: [{ ...finding().losses[0]!, path: "/t", line: i + 1 }],
    }),
  );
  const texts = { "/c": { before, after: before }, "/t": { before, after: "" } };
  const report = textReport([result({ findings, texts })], OPTIONS);
  expect(report.match(/sshd-setting-overwritten$/gm)).toHaveLength(count);
  expect(report.match(/^ +affected: /gm)).toHaveLength(200);
});

test("a binary file has no diff", () => {
  const report = one({}, {}, { "/etc/ssh/sshd_config": { before: "a\0b\n", after: "a\0c\n" } });
  expect(report).toContain("affected: /etc/ssh/sshd_config:4 (a binary file)");
});

describe("hostile text in every field", () => {
  const h = EVERY_HAZARD;
  const hostile = result({
    image: { source: h, distro: { id: h, version: h }, cloudInit: { version: h, enabled: true }, datasource: h },
    findings: [
      finding({
        rule: h,
        message: h,
        evidence: h,
        module: h,
        service: h,
        losses: [{ path: `/t${h}`, line: 1, setting: h, before: h, after: h }],
        cause: { path: `/c${h}`, line: 1, column: 7 },
        fix: { path: `/f${h}`, content: `${h}\n${h}` },
      }),
      finding({
        cause: { path: `/c${h}`, line: 2, column: 1 },
        losses: [{ ...finding().losses[0]!, path: `/d${h}`, line: 1 }],
      }),
    ],
    texts: {
      [`/c${h}`]: { before: `${h}\n${h}\n`, after: h },
      [`/d${h}`]: { before: `${h}\n`.replaceAll("\0", ""), after: `new ${h}\n`.replaceAll("\0", "") },
    },
  });

  test("reaches the terminal escaped", () => {
    const plain = textReport([hostile, result({ image: { source: h } })], OPTIONS);
    expect(plain).toContain("\\x1b[31mred\\r\\nINJECTED");
    expect(plain).toMatch(/ \+ new xx {4}x\\x0b/);
    expect(hazardsIn(plain)).toEqual([]);
    expect(plain).not.toMatch(/^INJECTED/m);
  });

  test("is no command in the log of a GitHub workflow, wherever lines break", () => {
    // As the runner looks for them: after blanks, or anywhere in its old form.
    const command = /^\s*::[a-z-]+(?: .*?)?::|##\[/im;
    const evil = `${"word ".repeat(30)}::set-output name=x::y ::1 ##[error]z`;
    const before = "::error::a\n  ::add-mask::b\n##[group]c\n";
    const report = textReport(
      [
        result({
          findings: [
            finding({ message: evil, evidence: evil, fix: { path: "/f", content: before } }),
            finding({ losses: [{ path: "/t", line: 2, setting: evil, before: evil, after: evil }] }),
          ],
          texts: { "/etc/cloud/cloud.cfg.d/20-team.cfg": { before }, "/t": { before, after: "::error::a\n" } },
        }),
      ],
      { ...OPTIONS, width: 40 },
    );
    expect(report).toContain("\\x3a:set-output");
    expect(report).not.toMatch(command);
    expect(command.test(" ::error file=a::x")).toBe(true);
  });

  test("adds no colour to ours", () => {
    const coloured = textReport([hostile], { ...OPTIONS, color: true });
    expect(coloured).toContain("\x1b[31m");
    expect(hazardsIn(coloured.replace(/\x1b\[\d+m/g, ""))).toEqual([]);
    expect(stripVTControlCharacters(coloured)).toBe(textReport([hostile], OPTIONS));
  });
});
