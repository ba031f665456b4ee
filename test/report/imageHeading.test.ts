import pc from "picocolors";
import { expect, test } from "vitest";
import { imageHeader, programOf, systemOf, versionOf } from "../../src/report/imageHeading.ts";
import { result } from "./samples.ts";

const { image } = result({});

test.each([
  ["ubuntu", "24.04", "Ubuntu 24.04"],
  ["ol", "9.6", "Oracle Linux 9.6"],
  ["arch", null, "Arch Linux"],
  ["guix", "1", "guix 1"],
  ["__proto__", null, "__proto__"],
  [null, null, "unknown distro"],
])("a distribution is named as people know it: %s %s", (id, version, name) =>
  expect(systemOf({ ...image, distro: { id, version } })).toBe(name),
);

test("the header names the datasource where it is known", () => {
  const header = (datasource: string | null, width: number) =>
    imageHeader({ ...image, datasource }, pc.createColors(false), width);
  expect(header("NoCloud", 80)).toEqual(["build/rootfs: Debian 12, cloud-init 22.4.2, datasource NoCloud"]);
  expect(header(null, 80)).toEqual(["build/rootfs: Debian 12, cloud-init 22.4.2"]);
  expect(header("NoCloud", 50)).toEqual(["build/rootfs: Debian 12, cloud-init 22.4.2,", "  datasource NoCloud"]);
});

test.each([
  ["25.1.4", "25.1.4-0ubuntu0~24.04.1", "25.1.4-0ubuntu0~24.04.1"],
  ["25.3", "1:25.3-0ubuntu1", "25.3-0ubuntu1"],
  ["25.1", "25.1", "25.1"],
  ["24.4", "2:vendor", "24.4 (vendor)"],
  ["24.4", "", "24.4"],
  ["24.4", null, "24.4"],
  ["24.4", undefined, "24.4"],
  [null, null, "unknown"],
  [null, "r1234", "r1234"],
  ["24.4", `24.4-${"1".repeat(100)}`, `24.4-${"1".repeat(55)}`],
])("the version of %s in the package %s", (version, own, text) =>
  expect(versionOf({ version, enabled: true, ...(own === undefined ? {} : { package: own }) })).toBe(text),
);

test("a disabled program is said to be", () =>
  expect(programOf({ ...image, cloudInit: { version: "24.4", enabled: false, package: "24.4-1" } })).toBe(
    "cloud-init 24.4-1 (disabled: it does not run)",
  ));
