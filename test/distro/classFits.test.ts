import { expect, test } from "vitest";
import { classFits } from "../../src/distro/classFits.ts";

/** ID and ID_LIKE of os-release, and what the distribution's own cloud.cfg has as system_info.distro. */
const SHIPPED: readonly (readonly [id: string, like: string, distro: string])[] = [
  ["debian", "", "debian"],
  ["raspbian", "debian", "raspberry-pi-os"],
  ["debian", "", "raspberry-pi-os"],
  ["ubuntu", "debian", "ubuntu"],
  ["amzn", "fedora", "amazon"],
  ["amzn", "centos rhel fedora", "amazon"],
  ["rhel", "fedora", "rhel"],
  ["centos", "rhel fedora", "rhel"],
  ["centos", "rhel fedora", "centos"],
  ["almalinux", "rhel centos fedora", "almalinux"],
  ["almalinux", "rhel centos fedora", "rhel"],
  ["rocky", "rhel centos fedora", "rocky"],
  ["ol", "fedora", "rhel"],
  ["ol", "fedora", "centos"],
  ["cloudlinux", "rhel fedora centos", "cloudlinux"],
  ["fedora", "", "fedora"],
  ["sles", "suse", "suse"],
  ["sles_sap", "suse", "sles"],
  ["opensuse-leap", "suse opensuse", "opensuse"],
  ["opensuse-tumbleweed", "opensuse suse", "opensuse-tumbleweed"],
  ["opensuse-microos", "suse opensuse opensuse-tumbleweed", "opensuse"],
  ["sl-micro", "suse", "suse"],
  ["alpine", "", "alpine"],
  ["arch", "", "arch"],
  ["archarm", "arch", "arch"],
  ["gentoo", "", "gentoo"],
  ["photon", "", "photon"],
  ["azurelinux", "", "azurelinux"],
  ["mariner", "", "mariner"],
  ["openEuler", "", "openEuler"],
  ["openEuler", "", "openeuler"],
  ["opencloudos", "", "OpenCloudOS"],
  ["tencentos", "", "TencentOS"],
  ["kali", "debian", "debian"],
  ["linuxmint", "ubuntu debian", "ubuntu"],
  ["", "", "ubuntu"],
  ["something", "", "ubuntu"],
];

test.each(SHIPPED)("%s (like %j) may be %s", (id, like, distro) =>
  expect(classFits(distro, id, like.split(" "))).toBe(true),
);

test.each([
  ["debian", "", "ubuntu"],
  ["ubuntu", "debian", "debian"],
  ["rocky", "rhel centos fedora", "fedora"],
  ["rocky", "rhel centos fedora", "ubuntu"],
  ["amzn", "centos rhel fedora", "rhel"],
  ["fedora", "", "rhel"],
  ["alpine", "", "debian"],
  ["kali", "debian", "rhel"],
])("%s (like %j) is no %s", (id, like, distro) => expect(classFits(distro, id, like.split(" "))).toBe(false));
