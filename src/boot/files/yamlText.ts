import { unknown } from "../../image/unknown.ts";
import { isDict } from "../../python/dataModel.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { fromNode } from "../../python/value.ts";
import { dumpYaml } from "../../python/yaml/dump.ts";

/** A mapping as safeyaml.dumps() writes it (18.5 to 26.2), between `---` and `...`. @throws Raises */
export function safeYaml(node: ConfigNode | undefined): string {
  return `---\n${dump(node)}...\n`;
}

/** A mapping as yaml.dump(default_flow_style=False) writes it, with an indent of two. @throws Raises */
export function plainYaml(node: ConfigNode | undefined): string {
  const lines = dump(node).split("\n");
  // Lists of collections and long texts are not only indented differently.
  if (lines.some((line) => line.length > 78 || /^ *- {2,}/.test(line))) return unknown("a YAML text of long values");
  return lines.map((line) => line.replace(/^ +/, (indent) => " ".repeat(indent.length / 2))).join("\n");
}

function dump(node: ConfigNode | undefined): string {
  const value = node === undefined ? null : fromNode(node);
  if (!isDict(value)) throw new Raises("a mapping is wanted");
  if (value.size === 0) return "{}\n";
  try {
    return dumpYaml(value);
  } catch (error) {
    if (error instanceof CannotTell) return unknown("a YAML text of unusual values");
    throw error;
  }
}
