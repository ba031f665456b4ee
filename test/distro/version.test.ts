import { expect, test } from "vitest";
import { upstreamVersion, versionAtLeast } from "../../src/distro/version.ts";

test.each([
  ["22.4.2", "22.3", true],
  ["22.4.2", "22.4", true],
  ["22.4.2", "22.4.2", true],
  ["22.4.2", "22.4.3", false],
  ["22.4", "22.4.2", false],
  ["22.10", "22.9", true],
  ["9.9", "18.4", false],
  ["25.1.4", "25.2", false],
  ["26.1~3g6f6e22a", "26.1", true],
  ["", "99.9", true],
  ["unknown", "99.9", true],
])("version %j is at least %j: %j", (version, wanted, expected) => {
  expect(versionAtLeast(version, wanted)).toBe(expected);
});

test.each([
  ["22.4.2-1+deb12u4", "22.4.2"],
  ["20.4.1-2+deb11u2", "20.4.1"],
  ["25.3-0ubuntu1~24.04.1", "25.3"],
  ["1:24.4-3.el9", "24.4"],
  ["26.1~3g6f6e22a-0ubuntu1", "26.1"],
  ["22.2-64-g1fcd55d6-0ubuntu1~22.04.1", "22.2"],
  ["0.7.9-153-g16a7302f-0ubuntu1~16.04.2", "0.7.9"],
  ["@@PACKAGED_VERSION@@", undefined],
  ["", undefined],
])("the upstream version of %j is %j", (version, expected) => {
  expect(upstreamVersion(version)).toBe(expected);
});
