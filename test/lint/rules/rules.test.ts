import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import type { Finding } from "../../../src/lint/finding.ts";
import { lint } from "../../../src/lint/lint.ts";
import type { Rule } from "../../../src/lint/rules/rule.ts";
import { parseRuleDocument, RuleError } from "../../../src/lint/rules/ruleDocument.ts";
import { oneOf } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";

const documents = readdirSync("rules").map((name) => ({
  name,
  ...parseRuleDocument(readFileSync(join("rules", name), "utf8"), `rules/${name}`),
}));
const rules = documents.map(({ rule }) => rule);

type Files = Readonly<Record<string, string>>;

function findingsOf(files: Files, of: readonly Rule[] = rules) {
  const image = exampleImage(files);
  return lint(image, { distro: detectDistro(image), rules: of }).findings;
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
    const found = known.get(files) ?? [...findingsOf(files, [rule])];
    known.set(files, found);
    return found;
  };

  test("is named after its rule", () => expect(`${rule.id}.md`).toBe(basename(name)));

  test.each(oneOf(3, examples))("$title (fires: $fires)", ({ title, fires, files }) => {
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

  test("its fixes, where it offers one, leave nothing of the rule behind", () => {
    for (const { files } of oneOf(2, examples))
      for (const finding of findingsOfRule(files)) {
        const fix = finding.proveFix();
        if (fix === null) continue;
        const after = findingsOf(
          { ...files, ...Object.fromEntries(fix.edits.map(({ path, content }) => [path, content])) },
          [rule],
        );
        const settingOf = ({ losses }: Finding) => losses[0]?.setting;
        expect(after.filter((left) => settingOf(left) === settingOf(finding))).toEqual([]);
      }
  });
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
