import { expect, test } from "vitest";
import { lookUp } from "../../../src/distro/library/fact.ts";
import {
  ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES,
  APT_DEB822_SOURCE_LIST_FILE,
  NETPLAN_CONFIG_ROOT_READ_ONLY,
} from "../../../src/distro/library/flags.ts";
import { libraryWith } from "./libraryWith.ts";

test("a flag of the library rules over the version, one that is missing or computed does not", () => {
  const library = libraryWith({
    "features.py": "APT_DEB822_SOURCE_LIST_FILE = False\nNETPLAN_CONFIG_ROOT_READ_ONLY = not 1\n",
  });
  expect(lookUp(APT_DEB822_SOURCE_LIST_FILE, { library: library, version: "26.2" })).toEqual({
    value: false,
    from: "library",
  });
  expect(lookUp(NETPLAN_CONFIG_ROOT_READ_ONLY, { library: library, version: "26.2" })).toEqual({
    value: true,
    from: "version",
  });
  expect(lookUp(ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES, { library: library, version: "26.2" })).toEqual({
    value: false,
    from: "version",
  });
  expect(lookUp(APT_DEB822_SOURCE_LIST_FILE, { library: undefined, version: "23.3" })).toEqual({
    value: false,
    from: "version",
  });
  expect(lookUp(APT_DEB822_SOURCE_LIST_FILE, { library: undefined, version: "23.4" })).toEqual({
    value: true,
    from: "version",
  });
});

test("overrides that cannot be read leave a flag to the version; an empty features.py lacks nothing", () => {
  const features = `${"APT_DEB822_SOURCE_LIST_FILE = False\n"}try:\n    from cloudinit.feature_overrides import *\nexcept ImportError:\n    pass\n`;
  const from = (files: Readonly<Record<string, string>>) =>
    lookUp(APT_DEB822_SOURCE_LIST_FILE, { library: libraryWith(files), version: "23.4" }).from;
  expect(from({ "features.py": features })).toBe("library");
  for (const overrides of ["x = (\n", "APT_DEB822_SOURCE_LIST_FILE = not 1\n"])
    expect(from({ "features.py": features, "feature_overrides.py": overrides })).toBe("version");
  expect(from({ "features.py": "", "stages.py": "x = 1\n" })).toBe("version");
});

test("a flag that a whole library lacks is off; a part of a library does not say so", () => {
  const part = { "features.py": "OTHER = True\n" };
  const of = (files: Readonly<Record<string, string>>) =>
    lookUp(APT_DEB822_SOURCE_LIST_FILE, { library: libraryWith(files), version: "23.4" });
  expect(of({ ...part, "stages.py": "x = 1\n" })).toEqual({ value: false, from: "library" });
  expect(of(part)).toEqual({ value: true, from: "version" });
});

// features.py of upstream's releases: 23.2 is the last one that imports feature_overrides.
test("feature_overrides.py rules where features.py imports it", () => {
  const overrides = { "feature_overrides.py": "NETPLAN_CONFIG_ROOT_READ_ONLY = False\n" };
  const flag = "NETPLAN_CONFIG_ROOT_READ_ONLY = True\n";
  const imported = `${flag}try:\n    from cloudinit.feature_overrides import *  # noqa\nexcept ImportError:\n    pass\n`;
  const valueIn = (features: string) =>
    lookUp(NETPLAN_CONFIG_ROOT_READ_ONLY, {
      library: libraryWith({ "features.py": features, ...overrides }),
      version: "23.2",
    }).value;
  expect(valueIn(imported)).toBe(false);
  expect(valueIn(flag)).toBe(true);
});
