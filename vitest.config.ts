import { defineConfig } from "vitest/config";

// Names of what needs more than Node: real programs, the real cloud-init, or minutes.
const real = ["test/first-boot/**/*.test.ts", "test/**/*.real.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: real,
          // One process takes many files: to load and to compile src/ again for each costs more than the tests.
          isolate: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: { name: "real", include: real, testTimeout: 600_000, hookTimeout: 1_800_000, maxConcurrency: 2 },
      },
    ],
  },
});
