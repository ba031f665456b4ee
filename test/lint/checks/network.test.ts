import { describe, expect, test } from "vitest";
import { oneOf } from "../../samples.ts";
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

  test("without a launch, a file for an interface may be replaced", () => {
    const path = "/etc/sysconfig/network-scripts/ifcfg-eth0";
    const replaced = (text: string, more = {}) =>
      findings("network-configuration-replaced", { [path]: `DEVICE=eth0\n${text}`, ...more }, { image: "centos-7" });
    const [found, ...others] = replaced("IPADDR=192.0.2.3\n");
    expect(found).toMatchObject({
      severity: "warning",
      confidence: "likely",
      message: `cloud-init's network replaces ${path} (DEVICE=eth0; IPADDR=192.0.2.3) if it configures its interface.`,
    });
    expect(others).toEqual([]);
    expect(found!.proveFix()).toMatchObject({ safe: true });
    expect(replaced("BOOTPROTO=dhcp\n")).toEqual([]);
    const off = { "/etc/cloud/cloud.cfg.d/99-network.cfg": "network: {config: disabled}\n" };
    expect(replaced("IPADDR=192.0.2.3\n", off)).toEqual([]);
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

test("a renderer of netplan that is not installed reads nothing", () => {
  const path = "/etc/netplan/01-team.yaml";
  const files = { [path]: "network:\n  version: 2\n  renderer: NetworkManager\n", ...launch };
  const found = (more: Record<string, string>) =>
    findings("network-configuration-not-read", { ...files, ...more }, { image: "ubuntu-24.04" });
  expect(found({}).map(({ cause, severity }) => `${severity} ${cause?.path}:${cause?.line}`)).toEqual([
    `error ${path}:3`,
  ]);
  expect(found({ "/usr/bin/nmcli": "" })).toEqual([]);
  expect(found({ [path]: "network:\n  renderer: networkd\n" })).toEqual([]);
});

/** A launch with an address for an interface, in one of the two versions of network-config. */
function addressed(name: string, version: 1 | 2 = 1): Record<string, string> {
  const one = `version: 1\nconfig:\n  - type: physical\n    name: ${name}\n    mac_address: "00:00:5e:00:53:01"\n    subnets: [{type: static, address: 192.0.2.10/24}]\n`;
  const two = `version: 2\nethernets:\n  ${name}:\n    addresses: [192.0.2.10/24]\n`;
  return { ...launch, [`${SEED}/network-config`]: version === 1 ? one : two };
}

const CONNECTIONS = "/etc/NetworkManager/system-connections";
const keyfile = (more: string, connection = "") =>
  `[connection]\nid=lan\ntype=ethernet\n${connection}${more}\n\n[ipv4]\nmethod=auto\n`;
const named = "interface-name=ens33\n";
const LIBRARY = "/usr/lib/python3.9/site-packages/cloudinit/version.py";
const OLD = { [LIBRARY]: '__VERSION__ = "23.1.1"\n' };

describe("of two configurations of an interface, the finding says which takes effect", () => {
  test.each(
    oneOf<[string, string, Record<string, string>, (string | RegExp)[]]>(2, [
      [
        "before 23.2 cloud-init's profile has no priority of its own",
        "rocky-9",
        { [`${CONNECTIONS}/ens33.nmconnection`]: keyfile(named, "autoconnect-priority=-999\n"), ...OLD },
        ["warning likely", /prefers cloud-init's profile, .* \(0, the image's is -999\), but keeps the image's/],
      ],
      [
        "a keyfile beside an ifcfg file",
        "rocky-9",
        { [`${CONNECTIONS}/lan.nmconnection`]: keyfile(named) },
        ["warning likely", /^ens33 is .* by \/etc\/sysconfig\/network-scripts\/ifcfg-ens33, .* may use either/],
      ],
      [
        "the profile that the build machine used",
        "rocky-9",
        {
          [`${CONNECTIONS}/lan.nmconnection`]: keyfile(named, "uuid=11111111-2222-3333-4444-555555555555\n"),
          "/var/lib/NetworkManager/timestamps": "[timestamps]\n11111111-2222-3333-4444-555555555555=1700000000\n",
        },
        ["warning likely", "prefers the image's profile"],
      ],
      [
        "a priority above cloud-init's 120, by MAC address",
        "fedora-42",
        {
          [`${CONNECTIONS}/lan.nmconnection`]: `${keyfile("autoconnect-priority=200\n")}[ethernet]\nmac-address=00:00:5E:00:53:01\n`,
        },
        ["error likely", "uses the image's profile, whose autoconnect-priority is higher (200, cloud-init's is 120)"],
      ],
      ["the installer's profile loses", "fedora-42", { [`${CONNECTIONS}/ens33.nmconnection`]: keyfile(named) }, []],
      [
        "another MAC address",
        "fedora-42",
        {
          [`${CONNECTIONS}/lan.nmconnection`]: `${keyfile("autoconnect-priority=200\n")}[ethernet]\nmac-address=00:00:5E:00:53:02\n`,
        },
        [],
      ],
      [
        "a profile that NetworkManager does not activate itself",
        "rocky-9",
        { [`${CONNECTIONS}/lan.nmconnection`]: keyfile(named, "autoconnect=false\n") },
        [],
      ],
      [
        "an ifcfg file of another name",
        "rocky-9",
        { "/etc/sysconfig/network-scripts/ifcfg-lan": "DEVICE=ens33\nBOOTPROTO=dhcp\nONBOOT=yes\n" },
        ["warning likely", "may use either"],
      ],
      [
        "another device",
        "rocky-9",
        { "/etc/sysconfig/network-scripts/ifcfg-ens34": "DEVICE=ens34\nBOOTPROTO=dhcp\nONBOOT=yes\n" },
        [],
      ],
      [
        "the installer's netplan file",
        "ubuntu-24.04",
        { "/etc/netplan/00-installer-config.yaml": "network:\n  ethernets:\n    ens33: {dhcp4: true}\n" },
        ["warning likely", "netplan merges the two: ens33 has DHCP as well"],
      ],
      [
        "a netplan definition whose ID sorts first",
        "ubuntu-24.04",
        { "/etc/netplan/01-netcfg.yaml": "network:\n  ethernets:\n    all: {match: {name: en*}, dhcp4: true}\n" },
        ["error likely", "the image's (10-netplan-all.network before 10-netplan-ens33.network)"],
      ],
      [
        "a file for systemd-networkd that sorts before netplan's",
        "ubuntu-24.04",
        { "/etc/systemd/network/05-lan.network": "[Match]\nName=ens33\n\n[Network]\nDHCP=yes\n" },
        ["error likely", "the image's (05-lan.network before 10-netplan-ens33.network)"],
      ],
      [
        "one that sorts behind",
        "ubuntu-24.04",
        { "/etc/systemd/network/20-lan.network": "[Match]\nName=en*\n\n[Network]\nAddress=10.0.0.5/24\n" },
        ["warning likely", "cloud-init's (10-netplan-ens33.network before 20-lan.network)"],
      ],
      [
        "a stanza for ifupdown, which is not replaced",
        "debian-12",
        { "/etc/network/interfaces.d/lan": "auto ens33\niface ens33 inet static\n  address 10.0.0.5/24\n" },
        ["warning likely", "ifupdown applies both stanzas. Remove the stanza at /etc/network/interfaces.d/lan:2"],
      ],
    ]),
  )("%s", (_, image, files, [first, text]) => {
    const found = findings("network-configuration-joined", { ...files, ...addressed("ens33") }, { image });
    expect(found.map(({ severity, confidence }) => `${severity} ${confidence}`)).toEqual(
      first === undefined ? [] : [first],
    );
    if (text !== undefined)
      expect(found[0]?.message).toEqual(expect.stringMatching(text instanceof RegExp ? text : escaped(text)));
    if (image === "debian-12")
      expect(findings("network-configuration-replaced", { ...files, ...addressed("ens33") }, { image })).toEqual([]);
  });

  test("one network configuration is one cause", () => {
    const files = {
      "/etc/netplan/00-installer-config.yaml": "network:\n  ethernets:\n    a: {dhcp4: true}\n    b: {dhcp4: true}\n",
      ...launch,
      [`${SEED}/network-config`]:
        "version: 2\nethernets:\n  a: {addresses: [192.0.2.1/24]}\n  b: {addresses: [192.0.2.2/24]}\n",
    };
    const [finding, ...more] = findings("network-configuration-joined", files, { image: "ubuntu-24.04" });
    expect(more).toEqual([]);
    expect(finding?.message).toContain("b is configured twice as well.");
    expect(finding?.losses.map(({ line }) => line)).toEqual([3, 4]);
  });
});

function escaped(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

describe("network configuration that nothing reads", () => {
  const masked = (service: string) => ({ [`/etc/systemd/system/${service}`]: "" });
  const ofRenderer = (name: string) => ({
    "/etc/cloud/cloud.cfg.d/20-team.cfg": `system_info: {network: {renderers: [${name}]}}\n`,
  });
  test.each(
    oneOf<[string, string, Record<string, string>, string[]]>(2, [
      ["NetworkManager is masked", "fedora-42", masked("NetworkManager.service"), ["error likely", "is masked"]],
      ["the ifcfg files of NetworkManager", "rocky-9", masked("NetworkManager.service"), ["error likely", "is masked"]],
      [
        "netplan's backend is masked",
        "ubuntu-24.04",
        masked("systemd-networkd.service"),
        ["error likely", "is masked"],
      ],
      ["wicked is masked", "opensuse-leap-15.6", masked("wicked.service"), ["error likely", "is masked"]],
      ["ifup works without its service", "debian-12", masked("networking.service"), ["error likely", "is masked"]],
      [
        "netplan starts systemd-networkd",
        "ubuntu-24.04",
        { "/usr/lib/systemd/system/systemd-networkd.service": "[Service]\n" },
        [],
      ],
      [
        "netplan does not start NetworkManager",
        "ubuntu-24.04",
        {
          "/usr/lib/systemd/system/NetworkManager.service": "[Service]\n",
          "/etc/netplan/01-network-manager-all.yaml": "network: {version: 2, renderer: NetworkManager}\n",
        },
        ["error likely", "NetworkManager.service is disabled"],
      ],
      [
        "OpenRC does not start networking",
        "alpine-3.21",
        { "/etc/init.d/networking": "" },
        ["error likely", "disabled"],
      ],
      ["no renderer of the list", "rocky-9", ofRenderer("netplan"), ["error likely", "lists no renderer that"]],
      ["wanted", "fedora-42", {}, []],
      [
        "NetworkManager without the plugin for ifcfg files",
        "rocky-9",
        { "/etc/NetworkManager/conf.d/10-team.conf": "[main]\nplugins=keyfile\n" },
        ["error likely", "plugins (/etc/NetworkManager/conf.d/10-team.conf:2) does not list ifcfg-rh"],
      ],
    ]),
  )("%s", (_, image, files, [first, text]) => {
    const found = findings("network-configuration-not-read", { ...files, ...addressed("eth0", 2) }, { image });
    expect(found.map(({ severity, confidence }) => `${severity} ${confidence}`)).toEqual(
      first === undefined ? [] : [first],
    );
    if (text !== undefined) expect(found[0]?.message).toContain(text);
  });

  test("an image that configures its own interface is as meant, unless the launch has another configuration", () => {
    const own = { "/etc/network/interfaces": "auto eth0\niface eth0 inet static\n  address 10.0.0.5/24\n" };
    expect(findings("network-configuration-not-read", own)).toEqual([]);
    const [finding] = findings("network-configuration-not-read", { ...own, ...addressed("eth0") });
    expect(finding).toMatchObject({
      severity: "error",
      confidence: "likely",
      cause: { path: "/etc/network/interfaces" },
    });
    expect(finding?.message).toContain("eth0 keeps the configuration in the image");
    expect(finding?.losses.map(({ setting }) => setting)).toEqual(["iface eth0 inet"]);
  });
});

describe("time servers for a client that does not run", () => {
  const ntp = (more = "") => ({ "/etc/cloud/cloud.cfg.d/20-team.cfg": `ntp:\n  servers: [ntp1.example]\n${more}` });
  const unit = (name: string, wanted: boolean) => ({
    [`/usr/lib/systemd/system/${name}.service`]: "[Service]\n",
    ...(wanted && { [`/etc/systemd/system/multi-user.target.wants/${name}.service`]: "" }),
  });
  const template = (name: string) => ({ [`/etc/cloud/templates/${name}.tmpl`]: "## template:jinja\n{{ servers }}\n" });
  test.each(
    oneOf<[string, string, Record<string, string>, string[]]>(2, [
      [
        "an alias is masked",
        "debian-12",
        { "/etc/systemd/system/chronyd.service": "" },
        ["error certain", "is masked"],
      ],
      ["started once", "rocky-9", unit("chronyd", false), ["warning likely", "after a reboot nothing sets the clock"]],
      ["wanted", "rocky-9", unit("chronyd", true), []],
      ["unknown units", "rocky-9", {}, []],
      [
        "both are enabled",
        "rocky-9",
        { ...unit("chronyd", true), ...unit("ntpd", true) },
        ["warning likely", "the image enables ntp: both are enabled"],
      ],
      [
        "the package of another client",
        "debian-12",
        {
          ...ntp("  ntp_client: ntp\n"),
          ...template("ntp.conf.debian"),
          "/etc/chrony/chrony.conf": "server ntp.internal iburst\n",
        },
        ["warning likely", "apt then removes chrony, and chrony servers (server ntp.internal iburst) no longer"],
      ],
    ]),
  )("%s", (_, image, files, [first, text]) => {
    const found = findings("time-servers-not-used", { ...ntp(), ...files }, { image });
    expect(found.map(({ severity, confidence }) => `${severity} ${confidence}`)).toEqual(
      first === undefined ? [] : [first],
    );
    if (text !== undefined) expect(found[0]?.message).toContain(text);
  });
});
