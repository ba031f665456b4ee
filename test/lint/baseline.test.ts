import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { goneEntries, mergedEntries, withBaseline } from "../../src/lint/baseline.ts";
import { lint as lintImage } from "../../src/lint/lint.ts";
import { lintFile } from "../../src/lint/lintFile.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { exampleImage } from "./exampleImage.ts";

const same = (path: string) => path;

function lint(files: Readonly<Record<string, string>>, name?: string) {
  const image = exampleImage(files, name);
  return lintImage(image, { distro: detectDistro(image), rules: catalogue });
}

const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const SSHD = "/etc/ssh/sshd_config";
const files = {
  [TEAM]: "ssh_pwauth: true\npackages: vim\nhostnam: a\n",
  [SSHD]: "PasswordAuthentication no\n",
};

test("the findings of a baseline are ignored, with other lines and other findings too", () => {
  const first = lint(files);
  const { entries } = withBaseline(first, undefined, same);
  expect(entries).toContainEqual({
    rule: "sshd-setting-overwritten",
    path: SSHD,
    setting: "PasswordAuthentication",
    line: null,
    count: 1,
  });
  expect(entries).toContainEqual({
    rule: "schema-key-unknown",
    path: TEAM,
    setting: null,
    line: "hostnam: a",
    count: 1,
  });
  expect(JSON.stringify(entries)).not.toMatch(/message|debian/);
  const baseline = { path: "baseline.json", entries };
  const again = withBaseline(first, baseline, same).result;
  expect(again.findings).toEqual([]);
  expect(again.ignored).toHaveLength(first.findings.length);
  expect(again.ignored[0]!.ignored).toEqual({ by: "baseline", path: "baseline.json", line: null, reason: null });
  const edited = lint({
    [TEAM]:
      "# a comment\nssh_pwauth: true\nmanage_etc_hosts: true\npackages: nano # later\ntimezon: b\n  \nhostnam:  a\n",
    [SSHD]: "# a comment\n\nPasswordAuthentication no\n",
  });
  const { result, entries: now } = withBaseline(edited, baseline, same);
  expect(result.findings.map(({ rule, cause }) => `${rule} ${cause?.line}`)).toEqual([
    "schema-value-invalid 4",
    "schema-key-unknown 5",
  ]);
  expect(goneEntries(baseline, now).map(({ rule, line }) => `${rule} ${line}`)).toEqual([
    "schema-value-invalid packages: vim",
  ]);
});

test("a finding is new if one of its losses is", () => {
  const { entries } = withBaseline(lint(files), undefined, same);
  const more = { ...files, [SSHD]: "PasswordAuthentication no\nKbdInteractiveAuthentication no\n" };
  const { result } = withBaseline(
    lint(more),
    { path: "b", entries: entries.filter(({ setting }) => setting !== null) },
    same,
  );
  expect(result.findings.map(({ rule }) => rule)).toContain("schema-key-unknown");
});

test("equal findings are counted, and several images have the larger count", () => {
  const entry = { rule: "module-fails", path: "/a", setting: null, line: null };
  const merged = mergedEntries([
    [{ ...entry, count: 2 }],
    [
      { ...entry, count: 1 },
      { ...entry, path: "/0", count: 1 },
    ],
  ]);
  expect(merged).toEqual([
    { ...entry, path: "/0", count: 1 },
    { ...entry, count: 2 },
  ]);
  const image = lint({ [TEAM]: "write_files:\n- {path: /a, contents: x}\n- {path: /a, contents: x}\n" });
  const { entries } = withBaseline(image, undefined, same);
  expect(entries).toMatchObject([{ line: "- {path: /a, contents: x}", count: 2 }]);
  const one = entries.map((found) => ({ ...found, count: 1 }));
  expect(withBaseline(image, { path: "b", entries: one }, same).result.findings).toHaveLength(1);
});

test("secrets and names of this machine are not in entries", () => {
  const text = "#cloud-config\nchpasswd:\n  list: [a:Sup3rSecret1]\npasswort: hunter2secret\n";
  const result = lintFile(
    { path: "/home/me/user-data", bytes: Buffer.from(text) },
    { rules: catalogue, version: "26.2" },
  );
  const { entries } = withBaseline(result, undefined, () => "user-data");
  expect(entries.length).toBeGreaterThan(0);
  expect(JSON.stringify(entries)).not.toMatch(/Sup3rSecret1|\/home/);
});
