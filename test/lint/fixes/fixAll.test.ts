import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import type { Image } from "../../../src/image/image.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import type { FileEdit, Finding, Fix } from "../../../src/lint/finding.ts";
import { combineEdits } from "../../../src/lint/fixes/combineEdits.ts";
import { type Fixable, type Fixed, type FixedFile, fixAll } from "../../../src/lint/fixes/fixAll.ts";
import { FixableFile, FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import type { LintResult } from "../../../src/lint/lintResult.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { fixtureNames } from "../../fixtures/fixtureImages.ts";
import { ruleDocuments } from "../../ruleDocuments.ts";
import { oneOf } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";

const ALL = { minSeverity: "info", unsafe: false } as const;

const fixable = (image: Image, extra = {}) =>
  new FixableImage(image, { distro: detectDistro(image), rules: catalogue, ...extra });

/** An image with the edits put into it, as somebody would. */
function withEdits(image: Image, edits: readonly FixedFile[]): Image {
  const copy = new Overlay(image);
  for (const { path, content, renames } of edits) {
    const blame = { module: "", cause: { path, line: 1, column: 1 } };
    if (renames !== undefined) copy.rename(renames, path, blame);
    if (copy.read(path)?.toString() !== content) copy.write(path, content, blame);
  }
  return copy;
}

const nameOf = ({ rule, losses: [loss], cause }: Finding) =>
  `${rule} ${loss?.path ?? cause?.path} ${loss?.setting ?? ""}`;
const isSevere = ({ severity }: Finding) => severity !== "info";
const messages = ({ findings }: Pick<LintResult, "findings">) => findings.map((one) => `${one.rule}: ${one.message}`);

const images = fixtureNames.map((name) => [name, () => exampleImage({}, name)] as const);
const examples = ruleDocuments.flatMap(({ name, examples }) =>
  examples
    .filter(({ fires }) => fires)
    .map(({ title, files }) => [`${name}: ${title}`, () => exampleImage(files)] as const),
);

test.each([...oneOf(104, images), ...oneOf(240, examples)])("%s: fixed once, nothing is left to fix", (_name, open) => {
  const image = open();
  const { edits, fixed, before, after } = fixAll(fixable(image), ALL);
  const again = fixAll(fixable(withEdits(image, edits)), ALL);
  expect(again.edits).toEqual([]);
  expect(messages(again.before)).toEqual(messages(after));
  const known = new Set(before.findings.filter(isSevere).map(nameOf));
  expect(
    after.findings.filter((one) => isSevere(one) && !known.has(nameOf(one))).map(({ message }) => message),
  ).toEqual([]);
  for (const { finding } of fixed) expect(messages(after)).not.toContain(`${finding.rule}: ${finding.message}`);
});

describe("user-data on its own", () => {
  const fixText = (text: string) => {
    const file = { path: "user-data", bytes: Buffer.from(text) };
    return fixAll(new FixableFile(file, { rules: catalogue, version: "26.2" }), ALL);
  };

  test("all lines of one file are edited together, and nothing else of it", () => {
    const text = "#cloud-config\n# The name.\nhostnme: web   # of the rack\n\nlocal: de_DE.UTF-8\npackage_updat: true";
    const { edits, fixed, after } = fixText(text);
    const expected = text.replace("hostnme", "hostname").replace("local:", "locale:").replace("updat:", "update:");
    expect(edits).toEqual([{ path: "user-data", before: text, content: expected }]);
    expect({ fixed: fixed.length, after: after.findings.length }).toEqual({ fixed: 3, after: 0 });
  });

  test("two mistakes in one line take two rounds", () => {
    const { edits, fixed } = fixText("#cloud-config\n{hostnme: web, package_updat: true}\n");
    expect(edits.map(({ content }) => content)).toEqual(["#cloud-config\n{hostname: web, package_update: true}\n"]);
    expect(fixed).toHaveLength(2);
  });
});

test("a fix in a file of the launch is left to that file", () => {
  const userData = { path: "/tmp/user-data", bytes: Buffer.from("#cloud-config\nhostnme: web\n") };
  const { edits, left } = fixAll(fixable(exampleImage({}), { userData }), ALL);
  expect(edits).toEqual([]);
  expect(left.find(({ finding }) => finding.cause?.path === "/tmp/user-data")?.reason).toEqual({
    code: "elsewhere",
    why: "Its fix is in /tmp/user-data, which is not part of the image; edit that file yourself.",
  });
});

describe("what the user ignores or grades", () => {
  const file = "/etc/cloud/cloud.cfg.d/20-team.cfg";
  const lost = {
    "/etc/hosts": "127.0.0.1 localhost\n10.0.0.5 registry.internal\n",
    "/etc/ssh/sshd_config": "PasswordAuthentication no\n",
  };
  const fixOf = (text: string, extra = {}) =>
    fixAll(fixable(exampleImage({ ...lost, [file]: text }), extra), { minSeverity: "warning", unsafe: false });

  test("an ignored finding is not fixed, and an ignore that a fix leaves without use does not hold it back", () => {
    const text = [
      "ssh_pwauth: true # cloud-init-lint: ignore[config-value-misread] gone",
      "manage_etc_hosts: true # cloud-init-lint: ignore[hosts-file-replaced] wanted",
      "",
    ].join("\n");
    const { edits, fixed } = fixOf(text);
    expect(edits.map(({ content }) => content)).toEqual([text.replace("pwauth: true", "pwauth: false")]);
    expect(fixed.map(({ finding }) => finding.rule)).toEqual(["sshd-setting-overwritten"]);
  });

  test("a rule that is off is not fixed, and what is safe does not depend on severities", () => {
    const { edits, fixed } = fixOf("ssh_pwauth: true\nmanage_etc_hosts: true\n", {
      severities: new Map([
        ["hosts-file-replaced", "off"],
        ["sshd-setting-overwritten", "warning"],
      ]),
    });
    expect(edits.map(({ content }) => content)).toEqual(["ssh_pwauth: false\nmanage_etc_hosts: true\n"]);
    expect(fixed.map(({ finding }) => finding.severity)).toEqual(["warning"]);
  });

  test("a new finding stays an objection where it would be ignored", () => {
    const before = fixable(
      exampleImage({ ...lost, [file]: "# cloud-init-lint: ignore-file[hosts-file-replaced] x\n" }),
    );
    const content = "# cloud-init-lint: ignore-file[hosts-file-replaced] x\nmanage_etc_hosts: true\n";
    const fix = (safe: boolean): Fix => ({ safe, why: safe ? null : "", edits: [{ path: file, content }] });
    const after = before.edited(fix(true).edits);
    expect(after.result.ignored.map(({ rule }) => rule)).toContain("hosts-file-replaced");
    expect(before.objection(after, [fix(true)])).toBe("there would be a new finding of hosts-file-replaced");
    // The cost that it has by itself is known.
    expect(before.objection(after, [fix(false)])).toBeUndefined();
  });

  test("with a fix that is not safe, a new finding about access stays an objection", () => {
    const before = fixable(exampleImage({ ...lost, [file]: "{}\n" }));
    const content = "ssh_pwauth: true\n";
    const fix: Fix = { safe: false, why: "", edits: [{ path: file, content }] };
    expect(before.objection(before.edited(fix.edits), [fix])).toBe(
      "there would be a new finding of sshd-setting-overwritten",
    );
  });
});

/** The fix of a word in a file, given the text of that file. */
type FixOfWord = (path: string, text: string) => Fix;

const edit = (path: string, content: string, rest = {}): Fix => ({
  safe: true,
  why: null,
  edits: [{ path, content }],
  ...rest,
});

/** Files whose findings are the words "bad..." in them. */
class Words implements Fixable {
  readonly result: LintResult;
  readonly #files: ReadonlyMap<string, string>;
  readonly #fixes: Readonly<Record<string, FixOfWord>>;

  constructor(files: Readonly<Record<string, string>>, fixes: Readonly<Record<string, FixOfWord>>) {
    this.#files = new Map(Object.entries(files));
    this.#fixes = fixes;
    const found = [...this.#files].flatMap(([path, text]) =>
      [...text.matchAll(/\bbad\w+/g)].map(([word]) => ({ path, text, word })),
    );
    const findings = found.map(({ path, text, word }) => ({
      rule: word,
      severity: "error",
      message: word,
      losses: [],
      cause: { path, line: 1, column: 1 },
      proveFix: () => fixes[word]?.(path, text) ?? null,
    }));
    this.result = { findings, ignored: [] } as unknown as LintResult;
  }

  read = (path: string) => (this.#files.has(path) ? Buffer.from(this.#files.get(path)!) : undefined);
  canonical = (path: string) => path;
  refuses = () => undefined;

  edited(edits: readonly FileEdit[]): Words {
    const files = new Map(this.#files);
    for (const { path, content, renames } of edits) {
      if (renames !== undefined) files.delete(renames);
      files.set(path, content);
    }
    return new Words(Object.fromEntries(files), this.#fixes);
  }

  objection(after: Words): string | undefined {
    const all = [...after.#files.values()].join("");
    return all.includes("x") && all.includes("y") ? "there are x and y" : undefined;
  }
}

const instead =
  (by: string, rest = {}): ((word: string) => FixOfWord) =>
  (word) =>
  (path, text) =>
    edit(path, text.replace(word, by), rest);
const words = (files: Readonly<Record<string, string>>, fixes: Readonly<Record<string, (word: string) => FixOfWord>>) =>
  new Words(files, Object.fromEntries(Object.entries(fixes).map(([word, fix]) => [word, fix(word)])));

const outcome = ({ edits, fixed, left }: Fixed) => ({
  edits: Object.fromEntries(edits.map(({ path, content }) => [path, content])),
  fixed: fixed.map(({ finding }) => finding.rule),
  left: left.map(({ finding, reason }) => [finding.rule, "why" in reason ? reason.why : reason.code]),
});

describe("fixes that contradict each other", () => {
  test("only the one that does not hold with the others is left out", () => {
    const files = { "/a": "bad1\n-\nbad2\n-\nbad3\n-\nbad4\n" };
    const fixes = { bad1: instead("x"), bad2: instead("y"), bad3: instead("z"), bad4: instead("z") };
    expect(outcome(fixAll(words(files, fixes), ALL))).toEqual({
      edits: { "/a": "x\n-\nbad2\n-\nz\n-\nz\n" },
      fixed: ["bad1", "bad3", "bad4"],
      left: [["bad2", "With its fix in place, there are x and y."]],
    });
  });

  test("two changes of a line follow each other; a second new file of a name does not replace the first", () => {
    const adding = (content: string) => (): FixOfWord => (path) => ({
      ...edit(path, ""),
      edits: [
        { path, content: "" },
        { path: "/new", content },
      ],
    });
    const fixes = { bad1: instead("1"), bad2: instead("2"), bad3: adding("3"), bad4: adding("4") };
    const files = { "/a": "bad1 bad2\n", "/b": "bad3\n", "/c": "bad4\n" };
    const { edits, fixed } = outcome(fixAll(words(files, fixes), ALL));
    expect({ edits, fixed }).toEqual({
      edits: { "/a": "1 2\n", "/b": "", "/new": "4", "/c": "" },
      fixed: ["bad1", "bad3", "bad2", "bad4"],
    });
  });
});

test("a renamed file can be edited afterwards; one that stays as it is counts as not fixed", () => {
  const renaming = (): FixOfWord => (path, text) => ({
    ...edit(path, ""),
    edits: [{ path: "/to", content: text, renames: path }],
  });
  const moved = fixAll(words({ "/from": "bad1 bad2\n" }, { bad1: renaming, bad2: instead("2") }), ALL);
  expect(outcome(moved).left).toEqual([["bad1", "With its fix in place, the finding of bad1 remains."]]);
  const renamed = new Words(
    { "/from": "bad1\n" },
    {
      bad1: (path) => ({ ...edit(path, ""), edits: [{ path: "/to", content: "bad2\n", renames: path }] }),
      bad2: (path) => edit(path, "2\n"),
    },
  );
  expect(fixAll(renamed, ALL).edits).toEqual([{ path: "/to", before: "bad1\n", content: "2\n", renames: "/from" }]);
});

test("a fix that is not safe is left with its cost, or applied after the safe ones", () => {
  const files = { "/a": "bad1\n", "/b": "bad2\n" };
  const fixes = { bad1: instead("1", { safe: false, why: "It costs x." }), bad2: instead("2") };
  expect(outcome(fixAll(words(files, fixes), ALL)).left).toEqual([["bad1", "unsafe"]]);
  expect(outcome(fixAll(words(files, fixes), { ...ALL, unsafe: true })).fixed).toEqual(["bad2", "bad1"]);
});

test("a finding that the fix of another takes away counts as fixed, and its own fix is not needed", () => {
  const both = () => (): FixOfWord => (path, text) => edit(path, text.replace("bad1", "").replace("bad2", ""));
  const files = { "/a": "bad1\nbad2\n" };
  const needless = { bad1: both()(), bad2: instead("costs", { safe: false, why: "It costs." })("bad2") };
  const { edits, fixed } = fixAll(new Words(files, needless), { ...ALL, unsafe: true });
  expect(edits.map(({ content }) => content)).toEqual(["\n\n"]);
  expect(fixed.map(({ finding, fix }) => [finding.rule, fix === null])).toEqual([
    ["bad1", false],
    ["bad2", true],
  ]);
});

test("only findings of chosen rules, whatever their severity, or of a severity", () => {
  const some = words({ "/a": "bad1\n", "/b": "bad2\n" }, { bad1: instead(""), bad2: instead("") });
  expect(outcome(fixAll(some, { ...ALL, only: new Set(["bad2"]) })).edits).toEqual({ "/b": "\n" });
  expect(outcome(fixAll(some, { ...ALL, minSeverity: "error" })).fixed).toEqual(["bad1", "bad2"]);
});

describe("edits of one file", () => {
  const combined = (base: string, ...texts: string[]) =>
    combineEdits(
      texts.map((text) => edit("/a", text)),
      { read: () => Buffer.from(base), canonical: (path) => path },
    );
  const content = (edits: FileEdit[] | string) => (typeof edits === "string" ? edits : edits[0]?.content);

  test.each([
    ["different lines", "1\n2\n3\n", ["A\n2\n3\n", "1\n2\nB\n"], "A\n2\nB\n"],
    ["adjacent lines", "1\n2\n3\n", ["A\n2\n3\n", "1\nB\n3\n"], "A\nB\n3\n"],
    ["an insertion and a deletion", "1\n2\n3\n", ["0\n1\n2\n3\n", "1\n2\n"], "0\n1\n2\n"],
    ["the same change", "1\n2\n3\n", ["1\nB\n3\n", "1\nB\n3\n", "1\nB\n3\n4\n"], "1\nB\n3\n4\n"],
    ["no last newline", "1\n2\n3", ["A\n2\n3", "1\n2\nB"], "A\n2\nB"],
    ["CRLF", "1\r\n2\r\n3\r\n", ["A\r\n2\r\n3\r\n", "1\r\n2\r\nB\r\n"], "A\r\n2\r\nB\r\n"],
    ["the same line", "1\n2\n3\n", ["A\n2\n3\n", "B\n2\n3\n"], "it changes the same lines of /a"],
    ["two additions in one place", "1\n2\n", ["1\nA\n2\n", "1\nB\n2\n"], "it changes the same lines of /a"],
  ])("%s", (_name, base, texts, expected) => {
    expect(content(combined(base, ...texts))).toBe(expected);
  });

  test("what is added to drop-ins goes to the last of them", () => {
    const adding = (name: string, config: string) =>
      edit("", "", { edits: [{ path: `/d/${name}`, content: `${config}\n`, config }] });
    const none = { read: () => undefined, canonical: (path: string) => path };
    expect(
      combineEdits([adding("99-x.cfg", "a: 1"), adding("zz-x.cfg", "b: 2"), adding("99-x.cfg", "c: 3")], none),
    ).toEqual([{ path: "/d/zz-x.cfg", content: expect.stringMatching(/a: 1\nb: 2\nc: 3\n$/) }]);
  });

  test("a file that is not UTF-8 is not written anew", () => {
    const files = { read: () => Buffer.from([0x61, 0xff]), canonical: (path: string) => path };
    expect(combineEdits([edit("/a", "b")], files)).toBe("/a is not UTF-8");
  });
});
