import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

/** Where test/real/make-roots.sh puts the real Debian roots. */
export const roots = process.env.CLOUD_INIT_LINT_ROOTS ?? "/var/cache/cloud-init-lint/roots";

/** Whether a missing program is a failure: CI, which installs them all, says so. */
export const required = process.env.CLOUD_INIT_LINT_REAL === "required";

/** What tests need, by name, and whether it is here. */
type Needs = Readonly<Record<string, boolean>>;

/** Programs on the PATH. */
export function programs(...names: string[]): Needs {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return Object.fromEntries(names.map((name) => [name, folders.some((folder) => existsSync(join(folder, name)))]));
}

/** A module that a Python can import. */
export function pythonModule(name: string, python = "python3"): Needs {
  return { [`${python} with ${name}`]: spawnSync(python, ["-c", `import ${name}`]).status === 0 };
}

/** The rights of root. */
export const asRoot: Needs = { root: process.getuid?.() === 0 };

/** The four real roots, and the rights to enter them. */
export const realRoots: Needs = {
  ...asRoot,
  [`the roots of test/real/make-roots.sh in ${roots}`]: ["bullseye", "bookworm", "trixie", "sid"].every((suite) =>
    existsSync(`${roots}/${suite}/etc/cloud/cloud.cfg`),
  ),
};

/**
 * Tests against real programs. Where one is missing they are not even collected: one test in their place is skipped
 * and says why, and in CI it fails.
 */
export function describeReal(title: string, needs: Needs, tests: () => void): void {
  const missing = Object.keys(needs).filter((name) => !needs[name]);
  if (missing.length === 0) return void describe(title, tests);
  const reason = `needs ${missing.join(", ")}`;
  if (!required) console.warn(`skipped: ${title}: ${reason}`);
  test(title, ({ skip }) => {
    if (required) throw new Error(reason);
    skip(reason);
  });
}
