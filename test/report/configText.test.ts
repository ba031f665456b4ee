import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Config } from "../../src/config/config.ts";
import { mergeMany } from "../../src/config/merge.ts";
import type { Mapping } from "../../src/python/tree.ts";
import { toValue } from "../../src/python/value.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { configText } from "../../src/report/configText.ts";
import { sample, whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";

function mapping(yaml: string, path = "/etc/cloud/cloud.cfg"): Mapping {
  const { node, error } = parseYaml(yaml, path);
  expect(error).toBeUndefined();
  return node as Mapping;
}

const textOf = (yaml: string) => configText(new Config(mapping(yaml)));

test("each value with the line that sets it, and with what that line shadows", () => {
  const upper = mapping(
    "ssh_pwauth: false\nusers:\n  - name: ops\n    groups: [adm, sudo]\nntp: {enabled: true}\n",
    "/d/20.cfg",
  );
  const lower = mapping(
    "ssh_pwauth: on\nusers: [default]\nntp:\n  servers: []\nruncmd:\n- [ls, '-l']\n- |\n  echo 1\n  echo 2\n",
  );
  const merged = mergeMany([upper, lower], { ...upper, children: [] });
  expect(configText(new Config(merged))).toBe(`ssh_pwauth: false  # /d/20.cfg:1, shadows /etc/cloud/cloud.cfg:1: true
users:  # shadows /etc/cloud/cloud.cfg:2: [ "default" ]
  - name: ops  # /d/20.cfg:3
    groups: [adm, sudo]  # /d/20.cfg:4
ntp:
  enabled: true  # /d/20.cfg:5
  servers: []  # /etc/cloud/cloud.cfg:4
runcmd:
  - [ls, "-l"]  # /etc/cloud/cloud.cfg:6
  - |  # /etc/cloud/cloud.cfg:7
    echo 1
    echo 2
`);
});

test("a value that a later line of the same file replaces", () => {
  expect(textOf("a: {x: 1}\na: {y: 2}\n")).toBe(
    'a:  # shadows /etc/cloud/cloud.cfg:1: { "x": 1 }\n  y: 2  # /etc/cloud/cloud.cfg:2\n',
  );
});

describe("what is printed is read as the same values again", () => {
  const same = (yaml: string) => {
    const root = mapping(yaml);
    expect(toValue(mapping(configText(new Config(root))))).toEqual(toValue(root));
  };

  test.each([
    "a: 1.0\nb: 1\nc: .inf\nd: -.inf\ne: 12345678901234567890\nf: ~\ng: on\nh: 2020-01-31\ni: !!binary aGk=\n",
    'a: "yes"\nb: "1"\nc: ""\nd: "~"\ne: " x "\nf: "a: b"\ng: "a #b"\nh: "- x"\ni: "0x1f"\nj: "2020-01-31"\nk: "null"\nl: "x:"\n',
    'm: "a\\nb"\nn: "a\\nb\\n"\no: "a\\nb\\n\\n\\n"\np: " lead\\nb\\n"\nq: "\\n\\nb"\nr: "a\\n\\n  c\\n"\ns: "a\\n"\n',
    "n:\n- - - a\n    - b: 1\n      c:\n      - d\n  - {}\n- []\n- x: [1, [2]]\n? [k]\n: v\n".replace(
      "? [k]\n: v\n",
      "",
    ),
    'a: "x\\n##[error]"\nb: "x\\n::error::y"\nc: "x\\n\\eb\\u202e"\n',
    "1: int\ntrue: bool\n'on': str\n~: nothing\n2020-01-01: day\n'a b:': x\n",
  ])("%j", same);

  test("any string, as a value, as a key, in a list", () => {
    const chars = fc.string({ unit: fc.constantFrom(..."ab1 :#-?*&!|>'\"%@,[]{}~=./_()+\n") });
    fc.assert(
      fc.property(chars, (text) =>
        same(`${JSON.stringify(text)}: ${JSON.stringify(text)}\nl: [${JSON.stringify(text)}, a]\n`),
      ),
      {
        numRuns: sample(40, 500),
      },
    );
  });
});

test("hostile text reaches the terminal escaped", () => {
  const quoted = JSON.stringify(EVERY_HAZARD.replace(/\p{Cs}|[\u{10000}-\u{10ffff}]/gu, ""));
  const hostile = quoted.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const text = textOf(`${hostile}: ${hostile}\nblock: "a\\n\\e[31m\\u202e"\n`);
  expect(text).toContain("\\u001b[31mred");
  expect(text).toContain('block: "a\\n\\u001b[31m\\u202e"');
  expect(hazardsIn(text)).toEqual([]);
});

test("aliases upon aliases end in bounded output", () => {
  // As many values as a file may repeat, each with a long text.
  let yaml = `a0: &a0 [${`${"x".repeat(300)}, `.repeat(10)}]\n`;
  for (let i = 1; i < 5; i++) yaml += `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]\n`;
  const text = textOf(yaml);
  expect(text.length).toBeLessThan(12_000_000);
  expect(text).toContain("# too large to show");
});

if (whole)
  test("deep and wide values end in bounded output", () => {
    const text = textOf(`a: ${"[".repeat(450)}\n${"[x],\n".repeat(15_000)}${"]".repeat(450)}\n`);
    expect(text.length).toBeLessThan(12_000_000);
    expect(text).toContain("# too large to show");
  });
