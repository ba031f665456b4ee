import { Raises } from "../../python/errors.ts";
import { type ConfigNode, originOf } from "../../python/tree.ts";
import { pyStr, toValue } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** One entry of `runcmd` or `bootcmd` as a line of a shell script. */
export interface ScriptLine {
  readonly text: string;
  /** The command's words if the entry is a list: nothing in them is special to the shell. */
  readonly words: readonly string[] | undefined;
  /** Which entry of the list it is. */
  readonly index: number;
}

/**
 * The lines of the script that cloud-init generates from a list of commands (util.shellify, 20.4 to 26.2).
 * @throws Raises if it is not a list, and for entries that are neither strings nor lists
 */
export function shellify(boot: ModuleRun, key: "bootcmd" | "runcmd"): ScriptLine[] {
  const list = boot.config.node(key);
  if (list?.type !== "sequence") throw new Raises(`${key} must be a list`, boot.because(key));
  return list.children.flatMap((entry, index): ScriptLine[] => {
    if (entry.type === "sequence") {
      const words = entry.children.map((word) => pyStr(word));
      return [{ text: words.map(quote).join(" "), words, index }];
    }
    if (isText(entry)) return [{ text: String(entry.value), words: undefined, index }];
    if (toValue(entry) === null && boot.since("21.4")) return [];
    throw new Raises(`an entry of ${key} must be a string or a list, not ${pyStr(entry)}`, originOf(entry));
  });
}

/** The script itself. */
export function scriptOf(lines: readonly ScriptLine[]): string {
  return `#!/bin/sh\n${lines.map(({ text }) => `${text}\n`).join("")}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function isText(node: ConfigNode): node is ConfigNode & { value: string } {
  return node.type === "scalar" && node.kind === "str";
}
