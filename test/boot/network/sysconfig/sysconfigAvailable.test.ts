import { expect, test } from "vitest";
import { networkBoot } from "../networkBoot.ts";

const SCRIPTS = "/etc/sysconfig/network-scripts";
const MANAGER = "/etc/NetworkManager/NetworkManager.conf";
const PLUGIN = "/usr/lib64/NetworkManager/1.40/libnm-settings-plugin-ifcfg-rh.so";

function isUsed(version: string, distro: string, paths: readonly string[], programs = ["ifup", "ifdown"]): boolean {
  const result = networkBoot({
    version,
    distro,
    programs,
    files: Object.fromEntries(paths.map((path) => [path, ""])),
    networkConfig: "version: 1\nconfig: [{type: physical, name: eth0}]\n",
  });
  return result.modules.some(
    ({ name, why }) => name === "network" && why?.code === "network-rendered" && why.renderer === "sysconfig",
  );
}

// KNOWN_DISTROS of net/sysconfig.py and _get_variant of util.py, in the tags of these versions and the ones before.
test.each([
  ["almalinux", "21.3", "21.2"],
  ["centos", "19.1", undefined],
  ["cloudlinux", "21.4", "21.3"],
  ["miraclelinux", "22.1", "21.4"],
  ["openmandriva", "22.3", "22.2"],
  ["opensuse-leap", "19.3", "19.2"],
  ["rhel", "19.1", undefined],
  ["rocky", "21.3", "21.2"],
  ["sle_hpc", "20.3", "20.2"],
  ["sle-micro", "23.1", "22.4"],
])("sysconfig files are for %s since %s", (distro, first, before) => {
  const files = [`${SCRIPTS}/network-functions`, `${SCRIPTS}/ifdown-eth`];
  expect(isUsed(first, distro, files)).toBe(true);
  if (before !== undefined) expect(isUsed(before, distro, files)).toBe(false);
});

test("OpenCloudOS has none, since cloud-init compares its name in capitals", () => {
  expect(isUsed("26.2", "OpenCloudOS", [`${SCRIPTS}/network-functions`])).toBe(false);
});

// available() of net/sysconfig.py.
test.each([
  ["19.2", [`${SCRIPTS}/network-functions`], false],
  ["19.2", [`${SCRIPTS}/network-functions`, `${SCRIPTS}/ifdown-eth`], true],
  ["19.3", [`${SCRIPTS}/network-functions`], true],
  ["19.3", ["/etc/sysconfig/config"], true],
  ["22.1", [MANAGER], true],
  ["22.2", [MANAGER], false],
  ["23.1", [PLUGIN], false],
  ["23.2", [PLUGIN], true],
])("%s with %s: %s", (version, paths, used) => {
  const programs = paths.some((path) => path.includes("sysconfig")) ? ["ifup", "ifdown"] : [];
  expect(isUsed(version, "centos", paths, programs)).toBe(used);
});
