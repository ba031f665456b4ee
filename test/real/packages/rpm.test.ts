import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openPackages } from "../../../src/packages/open.ts";
import type { Packages } from "../../../src/packages/packages.ts";
import { compareAnswers } from "../../packages/rpmAnswers.ts";
import { describeReal, required } from "../describeReal.ts";

const MAKE = fileURLToPath(new URL("makeRpmDatabases.py", import.meta.url));
const DATABASES = process.env.CLOUD_INIT_LINT_RPM ?? "/var/cache/cloud-init-lint/rpm";
// To make them takes minutes, root and mmdebstrap.
const made = required || existsSync(join(DATABASES, "stamp"));

/** Databases that the real rpm wrote, and its own answers. */
describeReal("with the real rpm", { [`databases in ${DATABASES} (makeRpmDatabases.py)`]: made }, () => {
  beforeAll(() => {
    execFileSync("python3", [MAKE, DATABASES], { stdio: ["ignore", "ignore", "inherit"] });
  }, 1_800_000);

  test.each(["sqlite", "wal", "ndb", "bdb", "swapped"])(
    "%s: every owner, digest, flag and version",
    (form) => {
      const [versions, files, owners, dump] = ["versions", "files", "owners", "dump"].map((name) =>
        readFileSync(join(DATABASES, `${form}.${name}`), "utf8"),
      );
      const packages = openPackages(openDirectory(join(DATABASES, form)));
      const compared = compareAnswers(packages, { versions: versions!, files: files!, owners: owners! });
      expect(compared.packages).toBeGreaterThan(200);
      expect(compared.files).toBeGreaterThan(9000);
      expect(dumped(packages, dump!)).toBeGreaterThan(7000);
    },
    120_000,
  );
});

/** Finds each shipped file in rpm's dump: path, size, time, digest, mode, owner, group, whether it is configuration ... */
function dumped(packages: Packages, dump: string): number {
  const said = new Set<string>();
  const paths = new Set<string>();
  for (const [, path, digest, config] of dump.matchAll(
    /^(.*) \d+ \d+ ([0-9a-f]+) 0\d+ \S+ \S+ ([01]) [01] \S+ \S+$/gm,
  )) {
    paths.add(path!);
    said.add(`${path} ${digest} ${config}`);
  }
  const shipped = [...paths].flatMap((path) => {
    const file = packages.shipped(path);
    return file === undefined ? [] : [`${path} ${file.digest} ${file.config ? 1 : 0}`];
  });
  expect(shipped.filter((line) => !said.has(line))).toEqual([]);
  return shipped.length;
}
