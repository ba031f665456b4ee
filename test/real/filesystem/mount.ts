import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mounts an image file at a directory of its own while something is done there. Needs root. */
export function mounted<T>(image: string, options: string, action: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-mount-"));
  try {
    mount(image, options, directory);
    try {
      return action(directory);
    } finally {
      // Another process's mount namespace may keep it mounted for a while.
      execFileSync("sync", ["-f", directory]);
      execFileSync("umount", [directory]);
    }
  } finally {
    rmdirSync(directory);
  }
}

/** Another process may take the free loop device between its choice and the mount; then another one is taken. */
function mount(image: string, options: string, directory: string, tries = 10): void {
  try {
    execFileSync("mount", ["-o", `loop,${options}`, image, directory], { stdio: "pipe" });
  } catch (error) {
    if (tries === 1 || !/already mounted|busy/.test(String((error as Error).message))) throw error;
    execFileSync("sleep", ["0.2"]);
    mount(image, options, directory, tries - 1);
  }
}
