import { expect, test } from "vitest";
import type { ModuleRun } from "../../../src/boot/moduleRun.ts";
import { feature } from "../../../src/boot/system/librarySource.ts";
import { versionAtLeast } from "../../../src/distro/version.ts";

const FILES: Readonly<Record<string, string>> = {
  "/lib/cloudinit/features.py": "SWITCH = True\n",
  "/lib/cloudinit/feature_overrides.py": "SWITCH = False\n",
};

function switchIn(version: string, library: string | undefined): boolean {
  const boot: unknown = {
    distro: { cloudInit: { library } },
    text: (path: string) => FILES[path],
    since: (since: string) => versionAtLeast(version, since),
  };
  return feature(boot as ModuleRun, "SWITCH", false);
}

// features.py of upstream's releases: 23.2 is the last one that imports feature_overrides.
test.each([
  ["20.4", false],
  ["23.2", false],
  ["23.3", true],
  ["26.2", true],
])("in %s the switch is %s", (version, value) => expect(switchIn(version, "/lib/cloudinit")).toBe(value));

test("an image without cloud-init's code has the default", () => expect(switchIn("23.2", undefined)).toBe(false));
