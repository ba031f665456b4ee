import { expect, test } from "vitest";
import { gitlabReport } from "../../src/report/gitlab.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { FINDINGS, finding, result, TEXTS } from "./samples.ts";

const CAUSE = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const named = (source: string, findings = FINDINGS) => result({ image: { source }, findings, texts: TEXTS });
const entries = (...args: Parameters<typeof gitlabReport>) => JSON.parse(gitlabReport(...args));

test("an entry has what GitLab requires", () => {
  expect(entries([named("build/rootfs", [finding()])], { minSeverity: "info" })).toEqual([
    {
      description: expect.stringMatching(/PasswordAuthentication becomes yes.* Cause: \/etc\/.*:2 in build\/rootfs\.$/),
      check_name: "sshd-setting-overwritten",
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      severity: "major",
      location: { path: "etc/cloud/cloud.cfg.d/20-team.cfg", lines: { begin: 2 } },
    },
  ]);
  const all = entries([named("a")], { minSeverity: "info" });
  expect(new Set(all.map(({ severity }: { severity: string }) => severity))).toEqual(
    new Set(["major", "minor", "info"]),
  );
  expect(entries([named("a")], { minSeverity: "error" })).toHaveLength(2);
});

test("what several images share is one entry that names them", () => {
  const [first, ...more] = entries(
    ["a", "b", "c", "d"].map((name) => named(name, [finding()])),
    {
      minSeverity: "info",
    },
  );
  expect(first.description).toMatch(/ in a, b, c and 1 more image\.$/);
  expect(more).toEqual([]);
});

test("fingerprints are unique, and stay when lines move and images are renamed", () => {
  const same = [finding(), finding(), finding({ losses: [] })];
  const prints = (report: ReturnType<typeof result>) =>
    entries([report], { minSeverity: "info" }).map(({ fingerprint }: { fingerprint: string }) => fingerprint);
  const before = prints(named("a", same));
  expect(new Set(before).size).toBe(3);
  const moved = { ...TEXTS, [CAUSE]: { before: `# One more.\n${TEXTS[CAUSE]?.before}` } };
  const cause = { path: CAUSE, line: 3, column: 1 };
  const now = same.map((one) => ({ ...one, cause, message: "Elsewhere." }));
  expect(prints(result({ image: { source: "b" }, findings: now, texts: moved }))).toEqual(before);
});

test("the path is that of the repository, or the anchor's, and never absolute", () => {
  const repository = {
    file: (path: string) => (path === CAUSE ? { path: "files/team.cfg", text: "ssh_pwauth: true\n" } : undefined),
    anchor: undefined,
  };
  const own = result({ findings: [finding({ cause: { path: CAUSE, line: 1, column: 1 } })], texts: TEXTS }, repository);
  expect(entries([own], { minSeverity: "info" })[0].location).toEqual({ path: "files/team.cfg", lines: { begin: 1 } });
  const anchor = { path: "image.pkr.hcl", text: "a\nb\n", line: 2 };
  const [at] = entries([named("a", [finding()])], { minSeverity: "info", anchor });
  expect(at.location).toEqual({ path: "image.pkr.hcl", lines: { begin: 2 } });
  const out = finding({ cause: { path: "/../../etc/passwd", line: 1, column: 1 }, losses: [] });
  expect(entries([named("a", [out])], { minSeverity: "info" })[0].location.path).toBe("etc/passwd");
});

test("text of the image is escaped and cut", () => {
  const report = gitlabReport([named("a", [finding({ message: EVERY_HAZARD + "x".repeat(100_000) })])], {
    minSeverity: "info",
  });
  expect(hazardsIn(JSON.parse(report)[0].description)).toEqual([]);
  expect(report.length).toBeLessThan(5_000);
});
