import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/first-boot/**"], testTimeout: 30_000 } },
      {
        // Against the real cloud-init: needs root, Debian and the roots of test/first-boot/make-roots.sh.
        test: {
          name: "first-boot",
          include: ["test/first-boot/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
