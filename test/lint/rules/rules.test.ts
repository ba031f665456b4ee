import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import type { Finding, Severity } from "../../../src/lint/finding.ts";
import { IGNORES_CHECK } from "../../../src/lint/ignores/ignoreFindings.ts";
import { lint } from "../../../src/lint/lint.ts";
import { ruleNamed, rulesByName } from "../../../src/lint/rules/catalogue.ts";
import { duplicateName } from "../../../src/lint/rules/compileRules.ts";
import type { Rule } from "../../../src/lint/rules/rule.ts";
import { parseRuleDocument, RuleError } from "../../../src/lint/rules/ruleDocument.ts";
import { ruleDocuments as documents } from "../../ruleDocuments.ts";
import { oneOf, whole } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";

const rules = documents.map(({ rule }) => rule);

type Files = Readonly<Record<string, string>>;

function findingsOf(files: Files, of: readonly Rule[] = rules) {
  const image = exampleImage(files);
  return lint(image, { distro: detectDistro(image), rules: of }).findings;
}

/** The findings of one rule; rules about ignores need those of all others. */
function findingsOfOne(rule: Rule, files: Files) {
  if (rule.check !== IGNORES_CHECK) return findingsOf(files, [rule]);
  return findingsOf(files).filter((finding) => finding.rule === rule.id);
}

test("a check that serves one rule, without parameters, bears its name", () => {
  const shared = (rule: Rule) => rules.some((other) => other !== rule && other.check === rule.check);
  const isParametric = (rule: Rule) => shared(rule) || Object.keys(rule.parameters).length > 0;
  const alone = rules.filter((rule) => !isParametric(rule) && rule.check !== rule.id).map(({ id }) => id);
  expect(alone).toEqual([]);
});

describe.each(documents)("$name", ({ name, rule, examples }) => {
  const known = new Map<Files, Finding[]>();
  const findingsOfRule = (files: Files) => {
    const found = known.get(files) ?? [...findingsOfOne(rule, files)];
    known.set(files, found);
    return found;
  };

  test("is named after its rule", () => expect(`${rule.id}.md`).toBe(basename(name)));

  test.each(oneOf(12, examples))("$title (fires: $fires)", ({ title, fires, files }) => {
    const found = findingsOfRule(files);
    if (/\bno fix is offered\b/.test(title))
      expect(found.map((finding) => finding.proveFix())).toEqual(found.map(() => null));
    if (/\ba fix is offered\b/.test(title)) expect(found.map((finding) => finding.proveFix())).not.toContain(null);
    if (!fires) return expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(found).not.toEqual([]);
    // One cause, one finding.
    const causes = found.map(({ cause }) => `${cause?.path}:${cause?.line}:${cause?.column}`);
    expect(causes).toEqual([...new Set(causes)]);
    for (const finding of found) {
      // The blame leads to a line that exists.
      const image = exampleImage(files);
      // A masked unit is a link to /dev/null.
      const lines = image.read(finding.cause!.path)?.toString().split("\n") ?? [""];
      expect(finding.cause!.line).toBeLessThanOrEqual(lines.length);
      for (const loss of finding.losses) {
        const lost = image.read(loss.path)?.toString().split("\n") ?? [];
        if (loss.line !== null) expect(loss.line).toBeLessThanOrEqual(lost.length);
      }
    }
  });

  test.runIf(whole)("its fixes, where it offers one, leave nothing of the rule behind", () => {
    for (const { files } of examples)
      for (const finding of findingsOfRule(files)) {
        const fix = finding.proveFix();
        if (fix === null) continue;
        const edited = Object.fromEntries(fix.edits.map(({ path, content }) => [path, content]));
        const after = findingsOfOne(rule, { ...files, ...edited });
        const settingOf = ({ losses }: Finding) => losses[0]?.setting;
        expect(after.filter((left) => settingOf(left) === settingOf(finding))).toEqual([]);
      }
  });
});

test("a rule is named by its id and its aliases, of which none names another", () => {
  expect(duplicateName(rules)).toBeUndefined();
  for (const { id, aliases } of rules) for (const name of [id, ...aliases]) expect(ruleNamed(name)?.id).toBe(id);
  expect(ruleNamed("constructor")).toBeUndefined();
  const text = readFileSync("rules/hostname-reset.md", "utf8");
  const withAliases = (value: string) => text.replace("\nseverity:", `\naliases: ${value}\nseverity:`);
  const { rule } = parseRuleDocument(withAliases("[hosts-file-replaced, old-name]"), "mine.md");
  expect(rule.aliases).toEqual(["hosts-file-replaced", "old-name"]);
  expect(rule.parameters).not.toHaveProperty("aliases");
  expect(rulesByName([rule]).get("old-name")).toBe(rule);
  expect(duplicateName([...rules.filter(({ id }) => id !== rule.id), rule])).toBe("hosts-file-replaced");
  expect(() => parseRuleDocument(withAliases("old-name"), "mine.md")).toThrow("aliases must be a list of strings");
});

test("a rule has the severity that the user gives it, or is off; its fixes are proven as before", () => {
  const image = exampleImage({
    "/etc/cloud/cloud.cfg.d/20-team.cfg": "ssh_pwauth: true\n",
    "/etc/ssh/sshd_config": "PasswordAuthentication no\n",
  });
  const options = { distro: detectDistro(image), rules };
  const before = lint(image, options).findings;
  const severitiesOf = (found: readonly Finding[]) => found.map(({ rule, severity }) => `${rule} ${severity}`);
  expect(severitiesOf(before)).toEqual([
    "sshd-setting-overwritten error",
    "ssh-keys-not-read error",
    "user-data-can-override info",
  ]);
  const severities = new Map<string, Severity | "off">([
    ["sshd-setting-overwritten", "info"],
    ["ssh-keys-not-read", "off"],
    ["user-data-can-override", "warning"],
  ]);
  const after = lint(image, { ...options, severities }).findings;
  expect(severitiesOf(after)).toEqual(["user-data-can-override warning", "sshd-setting-overwritten info"]);
  expect(after[1]!.proveFix()).toEqual(before[0]!.proveFix());
  expect(after[1]!.proveFix()).not.toBeNull();
});

test("the stock image has nothing to say of", () => expect(findingsOf({})).toEqual([]));

test("a rule document with a section of its own is refused", () => {
  const text = readFileSync("rules/hostname-reset.md", "utf8").replace("## Fix", "## See also\n\nMore.\n\n## Fix");
  expect(() => parseRuleDocument(text, "mine.md")).toThrow(RuleError);
});

test("a rule document without an example that fires is refused", () => {
  const text = readFileSync("rules/hostname-reset.md", "utf8").replace("### Fires:", "### Shows:");
  expect(() => parseRuleDocument(text, "mine.md")).toThrow(RuleError);
});
