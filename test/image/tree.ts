import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const trees: string[] = [];

/** A temporary directory tree, gone after the test: a string is a file's content, `link` a symbolic link's text. */
export function tree(files: Record<string, string | { link: string }>): string {
  const root = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  trees.push(root);
  chmodSync(root, 0o755);
  for (const [path, file] of Object.entries(files)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (typeof file === "string") writeFileSync(at, file);
    else symlinkSync(file.link, at);
  }
  return root;
}

/** Removes what a test made; test/setup.ts says when. */
export function removeTrees(): void {
  for (const root of trees.splice(0)) {
    if (process.getuid?.() !== 0) unlock(root);
    rmSync(root, { recursive: true, force: true });
  }
}

/** Lets its owner, who is not root, empty directories that a test had closed. */
function unlock(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory() && !entry.name.includes("\ufffd")) unlock(join(directory, entry.name));
}
