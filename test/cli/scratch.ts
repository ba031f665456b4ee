import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Has each test of the calling file run in a new directory, which goes afterwards. @param fill makes what stands in it */
export function inScratchDirectory(fill: () => void): void {
  const here = process.cwd();
  let scratch: string;
  beforeEach(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), "cloud-init-lint-")));
    process.chdir(scratch);
    fill();
  });
  afterEach(() => {
    process.chdir(here);
    rmSync(scratch, { recursive: true, force: true });
  });
}
