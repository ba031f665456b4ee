import type { ModuleRun } from "../moduleRun.ts";
import { type ScriptLine, scriptOf } from "./shellify.ts";
import { writtenByCommand, writtenPaths } from "./writes.ts";

/**
 * Announces a script of commands: its effects are unknown, but the files that it names literally may change, each
 * because of the entry of `key` that names it.
 */
export function announceScript(boot: ModuleRun, key: "bootcmd" | "runcmd", lines: readonly ScriptLine[]): void {
  const announced = new Set<string>();
  const announce = (paths: readonly string[], index: number | undefined) => {
    for (const path of paths.filter((name) => !announced.has(name))) {
      announced.add(path);
      boot.mayChange(
        path,
        `a command in ${key} refers to it`,
        index === undefined ? boot.because(key) : boot.because(key, index),
      );
    }
  };
  for (const { words, text, index } of lines) {
    boot.command(text);
    announce(words === undefined ? writtenPaths(boot.image, text) : writtenByCommand(boot.image, words), index);
  }
  // A construct that spans several entries.
  announce(writtenPaths(boot.image, scriptOf(lines)), undefined);
}
