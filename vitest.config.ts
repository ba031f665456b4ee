import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { COMPILED, compiledSource } from "./test/compiledSource.ts";

// Names of what needs more than Node: real programs, the real cloud-init, or minutes.
const real = ["test/real/**/*.test.ts"];

// Unit tests that take a part of a sample (test/samples.ts), all of which is of the second set.
const sampled = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter(
    (name) =>
      name.endsWith(".test.ts") && /from "(\.\/|(\.\.\/)+)samples\.ts"/.test(readFileSync(`test/${name}`, "utf8")),
  )
  .map((name) => `test/${name}`);

// Of these the second set alone takes its part: they try everything in many ways, and other unit tests each of the ways.
const slow = [
  "test/cli/{logCommands,needs,tar}.test.ts",
  "test/lint/fixes/everyFix.test.ts",
  "test/lint/secrets/every{Output,Position}.test.ts",
  "test/disk/remote/secrets.test.ts",
  "test/boot/modules/oddValues.test.ts",
  "test/packages/rpmDamage.test.ts",
  "test/services/includes.test.ts",
];

// Vitest would read style sheets as empty.
const css = true;

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [compiledSource()],
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...real, ...slow],
          setupFiles: "test/setup.ts",
          css,
          server: { deps: { external: [COMPILED] } },
          // One process takes many files: to load and compile src/ again for each costs more than the tests.
          isolate: false,
          // Vitest would leave one core to itself, which idles while tests run.
          maxWorkers: "100%",
          // Tests make much that they need for moments only.
          execArgv: ["--max-semi-space-size=64"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "real",
          include: [...real, ...sampled, ...slow],
          setupFiles: "test/setup.ts",
          css,
          env: { CLOUD_INIT_LINT_SAMPLES: "whole" },
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
