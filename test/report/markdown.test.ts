import { describe, expect, test } from "vitest";
import { type MarkdownOptions, markdownReport } from "../../src/report/markdown.ts";
import { markdownCode, markdownFence, markdownProse } from "../../src/report/markdownText.ts";
import { sample, whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { activeIn } from "./markdownNodes.ts";
import { FINDINGS, finding, IGNORED, result, TEXTS } from "./samples.ts";

const OPTIONS: MarkdownOptions = { minSeverity: "warning" };
const image = result({ findings: FINDINGS, ignored: [IGNORED], texts: TEXTS });

test("a table, then each finding with place, sentence, what is lost, evidence and fix", () => {
  const only = result({ findings: [finding()], texts: TEXTS });
  expect(markdownReport([only], OPTIONS)).toBe(`## cloud-init-lint: 1 error

| Image | Distribution | cloud-init | Errors | Warnings | Notes | Ignored |
|---|---|---|--:|--:|--:|--:|
| \`build/rootfs\` | \`Debian 12\` | \`22.4.2\` | 1 | 0 | 0 | 0 |

### error: \`sshd-setting-overwritten\`

**\`/etc/cloud/cloud.cfg.d/20-team.cfg:2\`:** sshd's PasswordAuthentication becomes yes, because cloud-init's \`set_passwords\` applies \`ssh_pwauth\`: true.

Affected: \`/etc/ssh/sshd_config\`

\`\`\`diff
-PasswordAuthentication no
+PasswordAuthentication yes
\`\`\`

Evidence: \`/etc/ssh/sshd_config\` differs from what openssh-server installed

Fix: add \`/etc/cloud/cloud.cfg.d/99-keep.cfg\`

\`\`\`diff
--- /dev/null
+++ /etc/cloud/cloud.cfg.d/99-keep.cfg
@@ -0,0 +1,2 @@
+# Keeps what the image sets.
+ssh_pwauth: false
\`\`\`

`);
});

test("the table counts everything, the text shows what is asked for, and problems stand between them", () => {
  const partly = { ...image, unread: [{ path: "/etc/shadow", reason: "permission denied" }], caveats: ["It is old."] };
  const report = markdownReport([partly], OPTIONS);
  expect(report).toContain("## cloud-init-lint: 2 errors, 2 warnings\n");
  expect(report).toContain(
    "| 2 | 2 | 1 | 1 |\n\n- Could not read `/etc/shadow` in `build/rootfs`: permission denied\n",
  );
  expect(report).toContain("\n- `build/rootfs`: It is old.\n\n### error:");
  expect(report).not.toContain("timezone-reset");
  expect(markdownReport([image], { minSeverity: "info" })).toContain("### note, possible: `timezone-reset`");
  expect(markdownReport([result({})], OPTIONS)).toMatch(/^## cloud-init-lint: nothing to report\n\n\| Image/);
});

test("the worst five in full, of all images, the others folded; shared ones once", () => {
  const findings = Array.from({ length: 7 }, (_, index) =>
    finding({ severity: index === 6 ? "error" : "warning", message: `Number ${index} is lost.` }),
  );
  const images = [result({ image: { source: "a" }, findings }), result({ image: { source: "b" }, findings })];
  const report = markdownReport(images, OPTIONS);
  expect(report).toContain("## cloud-init-lint: 1 error, 6 warnings in 2 images\n");
  expect(report.match(/^### .*/gm)).toEqual([
    "### error: `sshd-setting-overwritten`",
    ...Array(4).fill("### warning: `sshd-setting-overwritten`"),
  ]);
  expect(report.indexOf("Number 6")).toBeLessThan(report.indexOf("Number 0"));
  expect(report.match(/Images: `a`, `b`/g)).toHaveLength(7);
  const [, folded] = report.split("<details>\n<summary>2 more findings</summary>\n\n");
  expect(folded).toBe(`${[4, 5]
    .map(
      (
        number,
      ) => `- warning: \`sshd-setting-overwritten\` at \`/etc/cloud/cloud.cfg.d/20-team.cfg:2\`: Number ${number} is lost.\\
  Images: \`a\`, \`b\`\\
  Fix: add \`/etc/cloud/cloud.cfg.d/99-keep.cfg\`: \`ssh_pwauth\`: false\n`,
    )
    .join("")}
</details>

`);
  expect(activeIn(report)).toEqual([]);
});

test("a word that GitHub could take for a commit is code", () => {
  const message = "No ssh-ed25519 key, deadbeef-1.";
  expect(markdownReport([result({ findings: [finding({ message })] })], OPTIONS)).toContain(
    "No `ssh-ed25519` key, `deadbeef-1`.",
  );
});

test("an unsafe fix says what it costs; a rename is one sentence; a key is never shown", () => {
  const proveFix = () => ({ safe: false, why: "no login", edits: [{ path: "/b", content: "", renames: "/a" }] });
  const report = markdownReport([result({ findings: [finding({ proveFix }), FINDINGS[2]!], texts: TEXTS })], OPTIONS);
  expect(report).toContain("Unsafe fix: no login: rename `/a` to `/b`\n");
  expect(report).not.toMatch(/PRIVATE KEY|c2VjcmV0/);
});

test.runIf(whole)("more than a summary may hold is counted, and every fold ends", () => {
  const findings = Array.from({ length: sample(600, 2_000) }, (_, index) =>
    finding({ message: `${index} ${"x ".repeat(200)}` }),
  );
  for (const mostBytes of [undefined, 20_000, 1_000, 0]) {
    const report = markdownReport(
      [result({ findings })],
      mostBytes === undefined ? OPTIONS : { ...OPTIONS, mostBytes },
    );
    expect(Buffer.byteLength(report)).toBeLessThanOrEqual(Math.max(mostBytes ?? 1024 * 1024, 300));
    if (mostBytes !== undefined)
      expect(report).toMatch(/This summary is too large: \d+ more findings are only in the other reports\.\n$/);
    expect(report.split("</details>")).toHaveLength(report.split("<details>").length);
  }
});

describe("hostile text", () => {
  const EVIL = [
    "<script>alert(1)</script> <img src=x onerror=y> &lt; <!-- <details>",
    "![x](https://evil.example/x.png) [x](javascript:y) [x]: https://evil.example www.evil.example me@evil.example",
    "@everyone #1 GH-1 owner/name#2 0123456789abcdef0123456789abcdef01234567 :tada: ~~x~~ **b** __c__ *d* \\*",
    "``` ```` ~~~ ` `` # h 1. x - x > q | a | b \\| c \\",
    "x\n\n# heading\n\n<b>\n```\n| a | b |\n---\n[1]: x",
    EVERY_HAZARD,
    "`",
    "|",
    "\\",
    "",
    "'(\"",
  ];

  test("in every place is only text", () => {
    for (const evil of [...EVIL, EVIL.join(" ")]) {
      const findings = Array.from({ length: 7 }, (_, index) =>
        finding({
          rule: evil,
          message: `${evil}${index}`,
          evidence: evil,
          losses: [{ path: `/l${evil}`, line: 1, setting: evil, before: evil, after: evil }],
          cause: { path: `/c${evil}`, line: 1, column: 1 },
          fix: { path: `/f${evil}`, content: `${evil}\n   \`\`\`\n` },
        }),
      );
      const facts = { source: evil, distro: { id: evil, version: evil }, cloudInit: { version: evil, enabled: true } };
      const hostile = {
        ...result({ image: facts, findings }),
        caveats: [evil],
        unread: [{ path: evil, reason: evil }],
      };
      const other = result({ image: { source: `${evil}2` }, findings });
      const report = markdownReport([hostile, other], OPTIONS);
      expect(activeIn(report)).toEqual([]);
      expect(hazardsIn(report)).toEqual([]);
      expect(report.match(/^### /gm)).toHaveLength(5);
    }
  });

  test("the check of that sees what it is for", () => {
    for (const active of [
      "<b>",
      "[x](y)",
      "![x](y)",
      "a @me",
      "see #1",
      "https://x.example",
      "| a |",
      "<details open>",
    ])
      expect(activeIn(active)).not.toEqual([]);
  });

  test("words that are nothing else are left as they are", () => {
    expect(markdownProse('the host\'s name ("web"), e.g. a well-known one; is "x".', 99)).toBe(
      'the host\'s name ("web"), `e.g`. a well-known one; is "x".',
    );
    expect(markdownCode("a`b", 9)).toBe("`` a`b ``");
    expect(markdownCode("a|b", 9)).toBe("`a\\x7cb`");
    expect(markdownFence("diff", ["+ ````"])[0]).toBe("```diff");
    expect(markdownFence("", ["  ````"])).toEqual(["`````", "  ````", "`````"]);
  });
});
