import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { type FileSettings, parseSettings } from "../../../src/cli/settings/parse.ts";
import { settingsExample, settingsSchema } from "../../../src/cli/settings/published.ts";
import { withSettings } from "../../../src/cli/settings/settings.ts";
import { toValue } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

function parse(text: string, directory = "") {
  return parseSettings({ path: "c.yaml", text, directory });
}

/** What a file without mistakes sets. */
function set(text: string, directory = ""): FileSettings {
  const result = parse(text, directory);
  if ("mistakes" in result) throw new Error(JSON.stringify(result.mistakes));
  return result;
}

/** The mistakes of a file, as LINE:COLUMN: MESSAGE. */
function mistakes(text: string): string[] {
  const result = parse(text);
  return "mistakes" in result
    ? result.mistakes.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    : [];
}

describe("what a file sets", () => {
  test("all keys, with paths of the file and the places of its keys", () => {
    const text = [
      "version: 1",
      "rules: { hostname-reset: off, timezone-changed: error }",
      "ignores:",
      "  - { rule: hostname-reset, path: seed/user-data, until: 2030-01-31 }",
      '  - { rule: [hostname-reset, hosts-file-replaced], image: "*.tar", path: /etc/**, setting: a *, reason: " we do " }',
      "protect: /etc/ssh/**",
      "map: { /etc: files/etc }",
      "anchor: build.sh:3",
      "datasource: Ec2",
      "seed: seed",
      "fail-on: never",
      "formats: [text, json=out/x.json]",
    ].join("\n");
    const { severities, ignores, options, names } = set(text, "../top");
    expect([...severities]).toEqual([
      ["hostname-reset", "off"],
      ["timezone-changed", "error"],
    ]);
    const nothing = { image: undefined, setting: undefined, reason: null };
    expect(ignores).toEqual([
      {
        ...nothing,
        rules: ["hostname-reset"],
        path: "../top/seed/user-data",
        until: "2030-01-31",
        origin: { path: "c.yaml", line: 4, column: 5 },
      },
      {
        rules: ["hostname-reset", "hosts-file-replaced"],
        image: "*.tar",
        path: "/etc/**",
        setting: "a *",
        reason: "we do",
        until: null,
        origin: { path: "c.yaml", line: 5, column: 5 },
      },
    ]);
    expect(options).toEqual({
      protect: ["/etc/ssh/**"],
      map: ["/etc=../top/files/etc"],
      anchor: "../top/build.sh:3",
      datasource: "Ec2",
      seed: "../top/seed",
      failOn: "never",
      format: ["text", "json=../top/out/x.json"],
    });
    expect(names).toMatchObject({ seed: "c.yaml:10:1: seed", failOn: "c.yaml:11:1: fail-on" });
    expect(set("map: [/etc=x, /usr=/y]\n").options.map).toEqual(["/etc=x", "/usr=/y"]);
  });

  test.each(["", "# only a comment\n", "---\n", "rules:\nignores:\nseed:\nfail-on: ~\n", "{}"])(
    "nothing: %j",
    (text) => {
      expect(set(text)).toEqual({ severities: new Map(), ignores: [], options: {}, names: {} });
    },
  );
});

describe("a mistake names its place and the nearest valid key or value", () => {
  test.each([
    ["protct: []", ['1:1: unknown key "protct" (did you mean "protect"?)']],
    ["rules:\n  hostnam-reset: off", ['2:3: unknown rule "hostnam-reset" (did you mean "hostname-reset"?)']],
    [
      "rules: { hostname-reset: warn }",
      ['1:26: rules.hostname-reset must be "off", "info", "warning" or "error", not the string "warn"'],
    ],
    [
      "fail-on: Eror",
      ['1:10: fail-on must be "error", "warning", "info" or "never", not the string "Eror" (did you mean "error"?)'],
    ],
    ["ignores:\n  - { ruel: x }", ['2:7: unknown key "ruel" in ignores[0] (did you mean "rule"?)']],
    ["ignores: [{ image: a }]", ['1:11: ignores[0] needs "rule", "path" or "setting"']],
    ["ignores: [{ rule: 7 }]", ["1:19: ignores[0].rule must be the id of a rule or a list, not the number 7"]],
    [
      "ignores: [{ rule: [hostname-reset, hosts-file-replace] }]",
      ['1:36: ignores[0].rule[1]: unknown rule "hosts-file-replace" (did you mean "hosts-file-replaced"?)'],
    ],
    [
      "ignores: [{ path: /x, until: 30.11.2026 }]",
      ['1:30: ignores[0].until must be a date such as 2030-12-31, not the string "30.11.2026"'],
    ],
    [
      'ignores: [{ path: /x, until: "2026-02-30" }]',
      ['1:30: ignores[0].until must be a date such as 2030-12-31, not the string "2026-02-30"'],
    ],
    ["ignores:\n- path: /x\n  until: 2026-02-30\n", ["3:10: 2026-02-30 is not a date that exists"]],
    ["ignores: [{ path: '' }]", ["1:19: ignores[0].path must be a glob over paths, not an empty string"]],
    [
      "protect: [etc/ssh]",
      [
        '1:11: protect[0] must be a glob over paths in the image, which begin with "/", such as /etc/ssh/**, not the string "etc/ssh"',
      ],
    ],
    ["map: { etc/x: y }", ['1:8: map: "etc/x" must be a path in the image, which begins with "/"']],
    ["map: [x]", ['1:7: map[0] must be IMAGEPATH=REPOPATH, such as /etc/hosts=files/hosts, not the string "x"']],
    ["datasource: ec2", ['1:13: datasource: unknown datasource "ec2" (did you mean "Ec2"?)']],
    ["formats: jsn", ['1:10: formats: unknown format "jsn" (did you mean "json"?)']],
    ["formats: [json=]", ['1:11: formats[0]: json=: a file name is missing after "="']],
    ["version: 2", ["1:10: version 2 is for a newer cloud-init-lint; this one reads version 1"]],
    ["version: x", ['1:10: version must be 1, the version of this file\'s form, not the string "x"']],
    ["- rules", ["1:1: the file must be a mapping of settings, not a list"]],
    ["seed: a\nseed: b", ['2:1: duplicate key "seed"; line 1 sets it too']],
    [
      "rules: []\nseed: 3",
      [
        "1:8: rules must be a mapping of rules to severities, not an empty list",
        "2:7: seed must be a directory, not the number 3",
      ],
    ],
    ["\tseed: a", ["1:1: tab used for indentation; YAML allows only spaces"]],
    ["seed: [", ["1:7: the [ is never closed"]],
    ["__proto__: 1", [expect.stringContaining('1:1: unknown key "__proto__" (available: ')]],
  ])("%j", (text, expected) => expect(mistakes(text)).toEqual(expected));
});

test("what is too large to check is refused", () => {
  const globs = Array.from({ length: 95 }, () => `- /${"a".repeat(9_999)}\n`).join("");
  expect(mistakes(`protect:\n${globs}`)).toEqual(["1:1: too large to check; use fewer entries"]);
});

describe("the published schema", () => {
  const published = readFileSync("schemas/settings-v1.schema.json", "utf8");
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
  });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(published));
  const allows = (text: string) => validate(JSON.parse(JSON.stringify(toValue(parseYaml(text, "").node!))));

  test("is made from the definition that validates: `npm run bundle` writes it", () =>
    expect(published).toBe(settingsSchema()));

  test.each([
    "rules: { hostname-reset: off, timezone-changed: error }",
    "rules: { hostname-reset: warn }",
    "rules: { hostnam-reset: off }",
    "rules:",
    'ignores: [{ rule: [hostname-reset], until: "2030-12-31", reason: x }]',
    'ignores: [{ rule: hostname-reset, until: "2030-02-30" }]',
    "ignores: [{ image: x }]",
    "ignores: [{ rule: hostname-rest }]",
    "protect: [etc]",
    "protect: /etc/**",
    "map: { /etc: x }",
    "map: { etc: x }",
    "map: [/etc=x]",
    "formats: [jsn]",
    "formats: sarif=x",
    "datasource: Ec2",
    "datasource: ec2",
    "version: 2",
    "fail-on: never",
    "seed: ''",
    "unknown: 1",
    "$schema: x",
    "[]",
  ])("allows %j as the program does", (text) => expect(allows(text)).toBe(mistakes(text).length === 0));
});

describe("the file that init writes", () => {
  const example = settingsExample();

  test("sets nothing, and names the schema in its first line", () => {
    expect(set(example)).toEqual({ severities: new Map(), ignores: [], options: {}, names: {} });
    expect(example.split("\n")[0]).toBe(
      "# yaml-language-server: $schema=node_modules/cloud-init-lint/schemas/settings-v1.schema.json",
    );
  });

  test("is valid with any of its examples uncommented, and shows every key", () => {
    const uncomment = (text: string) => text.replaceAll(/^#(?=\S| {2})/gm, "");
    const all = set(uncomment(example));
    expect(Object.keys(all.options).toSorted()).toEqual(
      ["protect", "map", "anchor", "datasource", "seed", "instanceData", "maxTemporary", "failOn", "format"].toSorted(),
    );
    expect([all.severities.size, all.ignores.length]).toEqual([2, 1]);
    const parts = example.split("\n\n");
    for (const part of parts) expect(mistakes(uncomment(part))).toEqual([]);
  });
});

test("the documented example has no mistakes and uses every key except instance-data, which excludes seed", () => {
  const example =
    /^## The configuration file$[\s\S]*?```yaml\n([\s\S]*?)```/m.exec(
      readFileSync("docs/configuration.md", "utf8"),
    )?.[1] ?? "";
  const { options, severities, ignores } = set(example);
  expect([Object.keys(options).length, severities.size, ignores.length]).toEqual([8, 2, 1]);
  expect(options.maxTemporary).toBe(50 * 2 ** 30);
});

test("options of the command line replace those of the file, --rule those of its rule", () => {
  const io = { err: () => {} };
  const { severities } = withSettings({ rule: ["hostname-reset=warning", "hosts-file-replaced=off"] }, [], io);
  expect([...severities]).toEqual([
    ["hostname-reset", "warning"],
    ["hosts-file-replaced", "off"],
  ]);
  for (const [rule, message] of [
    ["hostname-reset", "write ID=SEVERITY, such as hostname-reset=off"],
    ["hostname-reset=of", 'unknown severity "of" (did you mean "off"?)'],
    ["hostnam-reset=off", 'unknown rule "hostnam-reset" (did you mean "hostname-reset"?)'],
  ] as const)
    expect(() => withSettings({ rule: [rule] }, [], io)).toThrow(message);
});
