import { describe, expect, test } from "vitest";
import { findings } from "./configuration/findings.ts";

const SEED = "/var/lib/cloud/seed/nocloud";
const launch = {
  [`${SEED}/meta-data`]: "instance-id: i-1\n",
  [`${SEED}/user-data`]: "",
  [`${SEED}/network-config`]: "version: 1\nconfig:\n  - {type: physical, name: eth0, subnets: [{type: dhcp}]}\n",
};

describe("an edited network file of cloud-init's own is replaced, and not joined with itself", () => {
  test.each([
    [
      "ubuntu-24.04",
      "/etc/netplan/50-cloud-init.yaml",
      "network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [192.0.2.3/24]\n",
    ],
    [
      "debian-12",
      "/etc/network/interfaces.d/50-cloud-init",
      "auto eth0\niface eth0 inet static\n  address 192.0.2.3/24\n",
    ],
    [
      "fedora-42",
      "/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection",
      "[connection]\nid=eth0\ninterface-name=eth0\n\n[ipv4]\nmethod=manual\naddress1=192.0.2.3/24\n",
    ],
    [
      "photon-5",
      "/etc/systemd/network/10-cloud-init-eth0.network",
      "[Match]\nName=eth0\n\n# ours\n[Network]\nAddress=192.0.2.3/24\n",
    ],
    [
      "centos-7",
      "/etc/sysconfig/network-scripts/ifcfg-eth0",
      "DEVICE=eth0\nBOOTPROTO=none\nIPADDR=192.0.2.3\nPREFIX=24\n",
    ],
  ])("%s: %s", (image, path, content) => {
    const files = { [path]: content };
    for (const more of [{}, launch])
      expect(findings("network-configuration-joined", { ...files, ...more }, { image })).toEqual([]);
    const replaced = findings("network-configuration-replaced", { ...files, ...launch }, { image });
    expect(replaced.map(({ losses, severity }) => [losses[0]?.path, severity])).toContainEqual([path, "error"]);
  });

  test("a file of another name is joined as before", () => {
    const files = {
      "/etc/netplan/10-lan.yaml": "network:\n  ethernets:\n    eth0:\n      addresses: [192.0.2.3/24]\n",
    };
    const both = { ...files, "/etc/netplan/50-cloud-init.yaml": "network:\n  version: 2 # ours\n" };
    for (const more of [files, both])
      expect(
        findings("network-configuration-joined", more, { image: "ubuntu-24.04" }).map(({ losses }) => losses[0]?.path),
      ).toEqual(["/etc/netplan/10-lan.yaml"]);
  });
});
