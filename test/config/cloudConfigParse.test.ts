import { unified } from "unified";
import { VFile } from "vfile";
import { expect, test } from "vitest";
import { cloudConfigParse } from "../../src/config/cloudConfigParse.ts";
import { toValue } from "../../src/python/value.ts";

function parse(value: string) {
  const file = new VFile({ path: "etc/cloud/cloud.cfg", value });
  return { file, tree: unified().use(cloudConfigParse).parse(file) };
}

test("gives the tree of a file, with its name on the nodes", () => {
  const { tree, file } = parse("a: yes\n");
  expect(toValue(tree)).toEqual({ a: true });
  expect(tree.path).toBe("etc/cloud/cloud.cfg");
  expect(file.messages).toEqual([]);
});

test.each(["", "# nothing\n", "~\n"])("an empty file %j is an empty mapping", (text) => {
  expect(parse(text).tree).toMatchObject({
    type: "mapping",
    children: [],
    position: { start: { line: 1, column: 1 } },
  });
});

test("an error is a fatal message at its place, and the tree is empty", () => {
  const { tree, file } = parse("a: 1\nb: [1, 2\n");
  expect(tree).toMatchObject({ type: "mapping", children: [] });
  expect(file.messages).toHaveLength(1);
  expect(file.messages[0]).toMatchObject({
    fatal: true,
    line: 2,
    column: 4,
    ruleId: "yaml",
    file: "etc/cloud/cloud.cfg",
  });
  expect(String(file.messages[0])).toMatch(/^etc\/cloud\/cloud\.cfg:2:4: .*never closed/);
});
