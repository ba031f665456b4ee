import { unknown } from "../../image/unknown.ts";
import { isDict } from "../../python/dataModel.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { fromNode } from "../../python/value.ts";
import { dumpYaml } from "../../python/yaml/dump.ts";

/** A mapping as safeyaml.dumps() writes it (18.5 to 26.2), between `---` and `...`. @throws Raises */
export function safeYaml(node: ConfigNode | undefined): string {
  return `---\n${dump(node, 4)}...\n`;
}

/** A mapping as yaml.dump(default_flow_style=False) writes it. @throws Raises */
export function plainYaml(node: ConfigNode | undefined): string {
  return dump(node, 2);
}

function dump(node: ConfigNode | undefined, indent: number): string {
  const value = node === undefined ? null : fromNode(node);
  if (!isDict(value)) throw new Raises("the value must be a mapping");
  try {
    return dumpYaml(value, { indent });
  } catch (error) {
    if (error instanceof CannotTell) return unknown("YAML with values that are not simulated");
    throw error;
  }
}
