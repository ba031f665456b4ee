import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the page and the plot of the benchmark are those of its results", () => {
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  try {
    // `npm run bench` renews them.
    execFileSync(process.execPath, ["docs/benchmark/render.mjs", scratch]);
    for (const name of ["benchmark.md", "benchmark/plot.svg"])
      expect(readFileSync(join(scratch, name), "utf8")).toBe(readFileSync(join("docs", name), "utf8"));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

test("its results are of all groups, each beside Node alone", () => {
  const { groups } = JSON.parse(readFileSync("docs/benchmark/results.json", "utf8"));
  const names = groups.map(({ name }: { name: string }) => name);
  expect(names).toEqual(["Start", "A root directory", "Packages of the root", "User-data", "A tar archive", "A disk"]);
  for (const { results } of groups) {
    expect(results[0]).toMatchObject({ command: "node -e 0", kind: "node" });
    for (const { median, min } of results) expect(median).toBeGreaterThanOrEqual(min);
  }
});
