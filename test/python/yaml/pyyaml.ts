import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ConfigNode } from "../../../src/python/tree.ts";
import { pyStr } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

/** python3 with the real PyYAML in version 6.0 or later, which the expectations are of. */
export const pyYaml = () => ({
  "python3 with PyYAML 6":
    spawnSync("python3", ["-c", "import sys, yaml; sys.exit(int(yaml.__version__.split('.')[0]) < 6)"]).status === 0,
});

/** What the real safe_load makes of each text: the repr() of the value, or `error`. */
export function realLoad(texts: readonly string[]): string[] {
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join("");
  const script = join(import.meta.dirname, "safe_load.py");
  const { stdout, stderr, status } = spawnSync("python3", [script], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What parseYaml makes of a text, written as realLoad writes it. */
export function ourLoad(text: string): string {
  const { node, error } = parseYaml(text, "test.cfg");
  if (error !== undefined) return "error";
  if (node === undefined) return "None";
  const { position, path } = node;
  return pyStr({ type: "sequence", children: [plain(node)], position, path }).slice(1, -1);
}

/** Makes dates strings, as safe_load.py does. */
function plain(node: ConfigNode): ConfigNode {
  if (node.type === "sequence") return { ...node, children: node.children.map(plain) };
  if (node.type === "scalar") {
    const isDate = node.kind === "date" || node.kind === "datetime";
    return isDate ? { ...node, kind: "str", value: `<${node.kind} ${node.value}>` } : node;
  }
  const children = node.children.map((pair) => {
    const key = plain(pair.key);
    return { ...pair, key: key.type === "scalar" ? key : pair.key, value: plain(pair.value) };
  });
  return { ...node, children };
}
