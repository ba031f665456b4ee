import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBaseConfig } from "../../../src/config/read.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import type { ConfigNode } from "../../../src/python/tree.ts";
import { pyStr } from "../../../src/python/value.ts";
import { all, seedOf } from "../../samples.ts";
import { whyNot } from "../boot/realBoot.ts";
import { suites } from "../boot/scenario.ts";
import { required, roots } from "../describeReal.ts";

/** Trees for each suite; one start of Python reads them. */
const TREES = all ? 20_000 : 2000;

type Tree = Record<string, string>;

const keys = fc.constantFrom(
  "a",
  "b",
  "users",
  "apt",
  "system_info",
  "ssh_pwauth",
  "network",
  "cloud_init_modules",
  "1",
  "yes",
  "'1'",
  "~",
  "conf_d",
);
const scalars = fc.constantFrom(
  "yes",
  "no",
  "null",
  "~",
  "''",
  "text",
  '"false"',
  "0644",
  "010",
  "1_000",
  "1:30",
  "1.5",
  ".inf",
  "2001-01-01",
  "x: y",
  "- z",
  "[1, 2]",
  "{}",
  "[]",
  "{a: 1}",
  "[{a: 1}, {b: [2]}]",
  "'a\n\n  b'",
  "|\n    lines\n    more",
  ">-\n    folded\n    text",
  "!!str 1",
  "0o7",
  "*anchor",
  "&anchor v",
);
const mergers = fc.constantFrom(
  "list()+dict()+str()",
  "dict(replace)+list()+str()",
  "list(append)+dict(recurse_list)+str()",
  "dict(recurse_array)+list(prepend)",
  "list(recurse_dict, recurse_str)+dict(recurse_list)+str(append)",
  "dict(no_replace, recurse_list)+list(append)",
  "dict(allow_delete)+list()+str()",
  "list()",
  "str(append)+dict(recurse_str)",
  "dict",
  "foo()",
  "list(append",
  "",
  "[]",
  "[[list, append], [dict, recurse_list]]",
  "[{name: list, settings: [append]}, {name: dict, settings: [no_replace, recurse_list]}]",
  "[{name: dict}]",
  "5",
  "{dict: replace}",
);
const indented = (text: string) => text.replace(/^/gm, "  ");

const mapping: fc.Arbitrary<string> = fc.letrec<{ map: string; value: string }>((tie) => ({
  map: fc
    .array(fc.tuple(keys, tie("value")), { minLength: 1, maxLength: 4 })
    .map((pairs) => pairs.map(([key, value]) => `${key}: ${value}`).join("\n")),
  value: fc.oneof(
    { maxDepth: 3 },
    scalars,
    scalars,
    tie("map").map((map) => `\n${indented(map)}`),
    fc
      .array(scalars, { minLength: 1, maxLength: 3 })
      .map((items) => `\n${items.map((item) => `- ${item.replace(/\n/g, "\n  ")}`).join("\n")}`),
  ),
})).map;

const content = fc
  .oneof(
    { weight: 12, arbitrary: mapping },
    {
      weight: 5,
      arbitrary: fc
        .tuple(mapping, fc.constantFrom("merge_how", "merge_type"), mergers)
        .map(
          ([map, key, how]) =>
            `${map}\n${key}: ${how.startsWith("[") || how.startsWith("{") || how === "5" || how === "" ? how : `"${how}"`}`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(mapping, mergers, mergers)
        .map(([map, a, b]) => `${map}\nmerge_how: '${a}'\nmerge_type: '${b}'`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "",
        "---\n",
        "# only a comment\n",
        "- a\n- list\n",
        "text\n",
        "a: 1\n---\nb: 2\n",
        "a: [1\n",
        "a:\tb\n",
        "\ta: b\n",
        "a: !foo b\n",
        "\ufeffa: 1\n",
        "a: 1\r\nb:\r\n  c: 2\r\n",
        "a: \u0000\n",
        "a: 1\na: 2\n",
        "conf_d: ''\n",
        "conf_d: /etc/cloud/other.d\n",
        "conf_d: ' /etc/cloud/other.d '\n",
        "conf_d: [x]\n",
        "conf_d: /nowhere\n",
        "a: &x {b: 1}\nc: {<<: *x, d: 2}\n",
      ),
    },
  )
  .map((text) => Buffer.from(text).toString("base64"));

const invalidUtf8 = Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]).toString("base64");
const names = fc.constantFrom(
  "00-a.cfg",
  "05_logging.cfg",
  "10.cfg",
  "9.cfg",
  "90-b.cfg",
  "99.CFG",
  ".hidden.cfg",
  ".cfg",
  "B.cfg",
  "a.cfg",
  "notes.yaml",
  "50.cfg.bak",
  "dir.cfg/x.cfg",
  "é.cfg",
);
const trees: fc.Arbitrary<Tree> = fc
  .tuple(
    fc.option(content, { freq: 10, nil: undefined }),
    fc.dictionary(
      names.map((name) => `cloud.cfg.d/${name}`),
      fc.oneof({ weight: 60, arbitrary: content }, { weight: 1, arbitrary: fc.constant(invalidUtf8) }),
      { maxKeys: 4 },
    ),
    fc.option(content, { freq: 3, nil: undefined }),
  )
  .map(([cloudCfg, dropIns, other]) => ({
    ...(cloudCfg === undefined ? {} : { "cloud.cfg": cloudCfg }),
    ...dropIns,
    ...(other === undefined ? {} : { "other.d/50.cfg": other }),
  }));

/** The same shape as realConfig.py gives. */
function encode(node: ConfigNode): unknown {
  if (node.type === "mapping") return { dict: node.children.map((pair) => [encode(pair.key), encode(pair.value)]) };
  if (node.type === "sequence") return { list: node.children.map(encode) };
  const { kind, value } = node;
  if (kind === "str" || kind === "bool" || kind === "null") return value;
  if (kind === "binary") return { bytes: value };
  return { [kind === "datetime" ? "date" : kind]: pyStr(node) };
}

function ours(tree: Tree, version: string): unknown {
  const files = Object.entries(tree).map(
    ([name, text]) => [`/etc/cloud/${name}`, Buffer.from(text, "base64")] as const,
  );
  const { root, fatal } = readBaseConfig(memoryImage(Object.fromEntries(files)), { version });
  return fatal === undefined ? { value: encode(root) } : { fatal: true };
}

function real(root: string, batch: readonly Tree[]): unknown[] {
  const script = readFileSync(join(import.meta.dirname, "realConfig.py"), "utf8");
  const answer = execFileSync(
    "unshare",
    [
      "-m",
      "sh",
      "-c",
      'mount -t tmpfs tmpfs "$0/etc/cloud" && mount -t tmpfs tmpfs "$0/run" && exec chroot "$0" python3 -B -c "$1"',
      root,
      script,
    ],
    { input: JSON.stringify(batch), maxBuffer: 1 << 30, stdio: ["pipe", "pipe", "inherit"] },
  );
  return answer
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const parsed = JSON.parse(line);
      return "fatal" in parsed ? { fatal: true } : parsed;
    });
}

describe.each(suites)("the configuration on %s", (suite) => {
  const obstacle = whyNot(suite);
  test.skipIf(obstacle !== undefined && !required)(
    `${TREES} trees of cfg files are read as the real cloud-init reads them`,
    () => {
      expect(obstacle).toBeUndefined();
      const root = join(roots, suite);
      const version = detectDistro(openDirectory(root)).cloudInit.version!;
      const batch = fc.sample(trees, { numRuns: TREES, seed: seedOf(20_240) });
      const expected = real(root, batch);
      expect(expected).toHaveLength(batch.length);
      let read = 0;
      batch.forEach((tree, index) => {
        const texts = Object.entries(tree)
          .map(([name, text]) => `# ${name}\n${Buffer.from(text, "base64")}`)
          .join("\n");
        expect(ours(tree, version), texts).toEqual(expected[index]);
        if ("value" in (expected[index] as object)) read++;
      });
      // Most trees are ones that cloud-init can read: else the comparison would compare little.
      expect(read).toBeGreaterThan(TREES / 2);
    },
  );
});
