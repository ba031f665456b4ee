import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let directory: string | undefined;

/** A directory for archives, made when it is first asked for. */
export function scratch(): string {
  directory ??= mkdtempSync(join(tmpdir(), "cloud-init-lint-fuzz-"));
  return directory;
}

export function removeScratch(): void {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  directory = undefined;
}
