import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { openDirectory } from "../../src/image/directory.ts";
import { openPackages } from "../../src/packages/open.ts";
import { compareAnswers } from "./rpmAnswers.ts";

const MAKE = fileURLToPath(new URL("makeRpmDatabases.py", import.meta.url));
const DATABASES = process.env.CLOUD_INIT_LINT_RPM ?? "/var/cache/cloud-init-lint/rpm";
const required = process.env.CLOUD_INIT_LINT_FIRST_BOOT === "required";
const canMake = process.getuid?.() === 0 && spawnSync("mmdebstrap", ["--version"]).status === 0;

/** Databases that the real rpm wrote, and its own answers. */
describe.skipIf(!canMake && !required)("with the real rpm (needs root and mmdebstrap)", () => {
  beforeAll(() => {
    execFileSync("python3", [MAKE, DATABASES], { stdio: ["ignore", "ignore", "inherit"] });
  }, 900_000);

  test.each(["sqlite", "wal", "ndb", "bdb", "swapped"])("%s: every owner, digest, flag and version", (form) => {
    const [versions, files, owners] = ["versions", "files", "owners"].map((name) =>
      readFileSync(join(DATABASES, `${form}.${name}`), "utf8"),
    );
    const packages = openPackages(openDirectory(join(DATABASES, form)));
    const compared = compareAnswers(packages, { versions: versions!, files: files!, owners: owners! });
    expect(compared.packages).toBeGreaterThan(200);
    expect(compared.files).toBeGreaterThan(9000);
  });
});
