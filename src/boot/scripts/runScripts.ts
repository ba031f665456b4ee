import type { Origin } from "../../image/origin.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { writtenPaths } from "./writes.ts";

/**
 * Runs what is executable in a directory, as run-parts does (subp.runparts, 20.4 to 26.2).
 * @param prefix the words that precede each command, as in vendor_data.prefix
 */
export function runScripts(boot: ModuleRun, directory: string, prefix: readonly string[] = []): void {
  for (const name of boot.image.list(directory)) {
    const path = `${directory}/${name}`;
    const stat = boot.image.stat(path);
    if (stat?.kind === "file" && (stat.mode & 0o111) !== 0) runScript(boot, path, prefix);
  }
}

/** Runs one script: its effects are unknown, but the files that a shell script names literally may change. */
export function runScript(boot: ModuleRun, path: string, prefix: readonly string[] = []): void {
  boot.command([...prefix, path].join(" "));
  const text = boot.text(path) ?? "";
  if (!/^#![^\n]{0,200}\b(ba|da|a|k|z)?sh\b/.test(text)) return;
  const origin: Origin = boot.scripts.get(path) ?? { path, line: 1, column: 1 };
  for (const written of writtenPaths(boot.image, text))
    boot.mayChange(written, `the script ${path} refers to it`, origin);
}
