import { expect, test } from "vitest";
import { unknown } from "../../src/image/unknown.ts";
import { network } from "../../src/services/network.ts";
import { settingsOf } from "./read.ts";

// The same interfaces as `ifquery` of ifupdown 0.8 knows.
test("network: ifupdown and what it sources", () => {
  const path = "/etc/network/interfaces";
  const found = settingsOf(network, {
    [path]: `# c
auto lo eth0
iface lo inet loopback
allow-hotplug eth1
iface eth0 inet static
    address 192.0.2.10/24
    # c
    up ip route add \\
      10.0.0.0/8 via 192.0.2.2
iface eth0 inet6 auto
iface eth0 inet static
	address 192.0.2.11/24
source interfaces.d/*
source-directory more.d
source /etc/network/interfaces
`,
    "/etc/network/interfaces.d/x.cfg": "iface eth1 inet dhcp\n",
    "/etc/network/more.d/ok-1": "iface eth2 inet dhcp",
    "/etc/network/more.d/no.cfg": "iface eth3 inet dhcp",
  });
  expect(found).toEqual({
    "auto lo": `yes @ ${path}:2`,
    "auto eth0": `yes @ ${path}:2`,
    "iface lo inet": `loopback @ ${path}:3`,
    "allow-hotplug eth1": `yes @ ${path}:4`,
    "iface eth0 inet": `static, address 192.0.2.10/24, up ip route add 10.0.0.0/8 via 192.0.2.2; static, address 192.0.2.11/24 @ ${path}:5`,
    "iface eth0 inet6": `auto @ ${path}:10`,
    "iface eth1 inet": "dhcp @ /etc/network/interfaces.d/x.cfg:1",
    "iface eth2 inet": "dhcp @ /etc/network/more.d/ok-1:1",
  });
});

test("network: a file is the same in spite of comments and blank lines, not of indentation", () => {
  const value = (content: string) => settingsOf(network, { "/etc/netplan/01.yaml": content })["/etc/netplan/01.yaml"];
  const text = "network:\n  version: 2\n";
  expect(value(text)).toMatch(/^2 lines, sha256 [0-9a-f]{12} @ \/etc\/netplan\/01.yaml$/);
  expect(value(`# c\n\n${text.replace("\n", "  \r\n")}  # c\n`)).toBe(value(text));
  expect(value("network:\nversion: 2\n")).not.toBe(value(text));
  expect(value(`network:\n  mac: ${unknown("the MAC address")}\n`)).toBe(
    "2 lines with <<unknown:the MAC address>> @ /etc/netplan/01.yaml",
  );
});

test("network: which files", () => {
  const files = [
    "/etc/netplan/50-cloud-init.yaml",
    "/etc/systemd/network/10-lan.network",
    "/etc/systemd/network/10-lan.network.d/x.conf",
    "/etc/NetworkManager/system-connections/lan.nmconnection",
    "/etc/udev/rules.d/70-persistent-net.rules",
  ];
  const others = ["/etc/netplan/x.bak", "/etc/systemd/network/README", "/etc/udev/rules.d/10-disk.rules"];
  const found = settingsOf(network, Object.fromEntries([...files, ...others].map((path) => [path, "x\n"])));
  expect(Object.keys(found).sort()).toEqual([...files].sort());
  expect(settingsOf(network, { "/etc/systemd/resolved.conf": "# c\n[Resolve]\n#DNS=\n" })).toEqual({});
});

test("network: files of assignments are shown, secrets are not", () => {
  const secret = "hunter2hunter2";
  const found = settingsOf(network, {
    "/etc/sysconfig/network-scripts/ifcfg-eth0": "# c\nBOOTPROTO=static\n\nIPADDR=192.0.2.7\n",
    "/etc/sysconfig/network": "NETWORKING=yes\nGATEWAY=192.0.2.1\nHOSTNAME=x\n",
    "/etc/NetworkManager/system-connections/wifi.nmconnection": `[wifi-security]\npsk=${secret}\n`,
    "/etc/netplan/wifi.yaml": `password: ${secret}\n`,
  });
  expect(found["/etc/sysconfig/network-scripts/ifcfg-eth0"]).toBe(
    "BOOTPROTO=static; IPADDR=192.0.2.7 @ /etc/sysconfig/network-scripts/ifcfg-eth0",
  );
  expect(found["/etc/sysconfig/network GATEWAY"]).toBe("192.0.2.1 @ /etc/sysconfig/network:2");
  expect(found["/etc/sysconfig/network HOSTNAME"]).toBeUndefined();
  expect(JSON.stringify(found)).not.toContain(secret);
});

test("network: the resolver", () => {
  const text = "; c\nnameserver 192.0.2.53\nsearch a b\nnameserver 2001:db8::53\ndomain c\noptions rotate\n";
  expect(settingsOf(network, { "/etc/resolv.conf": text })).toEqual({
    nameservers: "192.0.2.53 2001:db8::53 @ /etc/resolv.conf:2",
    "search domains": "c @ /etc/resolv.conf:5",
  });
  expect(settingsOf(network, { "/etc/resolv.conf": { link: "/run/systemd/resolve/stub-resolv.conf" } })).toEqual({});
});
