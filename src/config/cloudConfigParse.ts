import type { Plugin, Processor } from "unified";
import type { ConfigNode } from "../python/tree.ts";
import { parseYaml } from "../python/yaml/load.ts";

/**
 * A parser for unified that returns the tree of a cloud-config file. If the file cannot be loaded, it gets a fatal message
 * and the tree is an empty mapping, as for an empty file; cloud-init continues in the same way.
 */
export const cloudConfigParse: Plugin<[], string, ConfigNode> = function (this: Processor) {
  this.parser = (document, file): ConfigNode => {
    const path = file.path ?? "";
    const { node, error } = parseYaml(document, path);
    if (error !== undefined) {
      const place = { line: error.line, column: error.column };
      file.message(error.reason, { place, source: "cloud-init-lint", ruleId: "yaml" }).fatal = true;
    }
    const start = { line: 1, column: 1, offset: 0 };
    return node ?? { type: "mapping", children: [], path, position: { start, end: start } };
  };
};
