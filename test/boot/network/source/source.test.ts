import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { unknown } from "../../../../src/image/unknown.ts";
import { whole } from "../../../samples.ts";
import { networkBoot, networkChanges, networkNotes } from "../networkBoot.ts";

const FILE = "/etc/network/interfaces.d/50-cloud-init";
const metaData = "instance-id: i-1\n";
const V2 = "version: 2\nethernets: {cloud0: {dhcp4: true}}\n";
const indented = (text: string) => text.replace(/^(?=.)/gm, "  ");

function interfaceOf(result: ReturnType<typeof networkBoot>): string | undefined {
  const text = result.after.read(FILE)?.toString();
  return /^iface (?!lo )(.*) inet/m.exec(text ?? "")?.[1];
}

function causeOf(result: ReturnType<typeof networkBoot>): string | undefined {
  const cause = result.changes.find(({ path }) => path === FILE)?.blames[0]?.cause;
  return cause && `${cause.path}:${cause.line}`;
}

// Every expectation here was seen in real boots of the Debian roots, unless it says otherwise.
describe("the source of the network configuration", () => {
  test.each(["20.4", "22.4", "25.1", "26.2"])(
    "of %s: the image's configuration comes before the cloud's",
    (version) => {
      const config = "network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n";
      const own = networkBoot({ version, config, networkConfig: V2 });
      expect(interfaceOf(own)).toBe("own0");
      expect(causeOf(own)).toBe("/etc/cloud/cloud.cfg.d/50-test.cfg:1");
      const cloud = networkBoot({ version, networkConfig: V2 });
      expect(interfaceOf(cloud)).toBe("cloud0");
      expect(causeOf(cloud)).toBe("network-config:1");
      expect(interfaceOf(networkBoot({ version, config: "network: {}\n", networkConfig: V2 }))).toBe("cloud0");
    },
  );

  test.each(["20.4", "22.4", "25.1", "26.2"])("of %s: forms that disable it, and one that does not", (version) => {
    for (const launch of [
      { config: "network: {config: disabled}\n", networkConfig: V2 },
      { networkConfig: "config: disabled\n" },
      { networkConfig: "network: {config: disabled}\n" },
      { metaData, files: { "/var/lib/cloud/data/upgraded-network": "" } },
    ])
      expect(networkChanges(networkBoot({ version, ...launch }))).toEqual([]);
    const text = networkBoot({ version, config: "network: disabled\n", metaData });
    expect(networkChanges(text)).toEqual([]);
    expect(networkNotes(text)).toEqual([
      "network: it fails, and with it the init-local stage: the network configuration must be a mapping",
    ]);
  });

  test("a key `network` of its own: for version 1 always, for version 2 since 22.2", () => {
    const v1 = "network:\n  version: 1\n  config: [{type: physical, name: cloud0, subnets: [{type: dhcp}]}]\n";
    const v2 = `network:\n${indented(V2)}`;
    for (const version of ["20.4", "22.4", "26.2"])
      expect(interfaceOf(networkBoot({ version, networkConfig: v1 }))).toBe("cloud0");
    expect(interfaceOf(networkBoot({ version: "22.4", networkConfig: v2 }))).toBe("cloud0");
    expect(networkChanges(networkBoot({ version: "20.4", networkConfig: v2 }))).toEqual([]);
    const twice = { config: `network:\n  network:\n${indented(indented(V2))}`, metaData };
    expect(interfaceOf(networkBoot({ version: "25.1", ...twice }))).toBe("cloud0");
    expect(networkChanges(networkBoot({ version: "20.4", ...twice }))).toEqual([]);
  });

  test("an interfaces file in meta-data", () => {
    const lines = [
      "auto eth0",
      "iface eth0 inet static",
      "address 10.0.0.5",
      "netmask 255.255.255.0",
      "gateway 10.0.0.1",
      "dns-nameservers 10.0.0.2 10.0.0.3",
      "",
      "iface eth0:1 inet static",
      "address 10.0.0.6",
      "netmask 255.255.0.0",
    ];
    const result = networkBoot({
      version: "22.4",
      metaData: `${metaData}network-interfaces: |\n  ${lines.join("\n  ")}\n`,
    });
    expect(
      result.after
        .read(FILE)
        ?.toString()
        .replace(/^#.*\n/gm, ""),
    ).toBe(`auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.0.0.5/24
    dns-nameservers 10.0.0.2 10.0.0.3
    gateway 10.0.0.1

iface eth0 inet static
    address 10.0.0.6/16
`);
  });

  test("DHCP on the first interface where nothing says more, with DHCPv6 since 24.1", () => {
    const name = unknown("the first interface");
    const before = networkBoot({ version: "22.4", metaData });
    expect(before.after.read(FILE)?.toString()).toContain(`auto ${name}\niface ${name} inet dhcp\n`);
    expect(before.after.read(FILE)?.toString()).not.toContain("inet6");
    expect(before.after.read("/etc/udev/rules.d/70-persistent-net.rules")?.toString()).toBe(
      `SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="${unknown("its MAC address")}", NAME="${name}"\n`,
    );
    const since = networkBoot({ version: "26.2", metaData });
    expect(since.after.read(FILE)?.toString()).toContain(`# control-alias ${name}\niface ${name} inet6 dhcp\n`);
  });

  // raspberry_pi_os.py and photon.py, 26.2.
  test("some distros use no DHCP unless it is configured", () => {
    const launch = { version: "26.2", distro: "raspberry-pi-os", metaData };
    expect(networkChanges(networkBoot(launch))).toEqual([]);
    const config = "system_info: {disable_fallback_netcfg: false}\n";
    expect(networkChanges(networkBoot({ ...launch, config }))).toHaveLength(2);
  });

  test("for an unknown cloud the file is known, but not its content", () => {
    const result = networkBoot({ version: "26.2" });
    expect(networkChanges(result)).toEqual([
      `created ${FILE} 644`,
      "created /etc/udev/rules.d/70-persistent-net.rules 644",
    ]);
    expect(result.after.read(FILE)?.toString()).toBe(
      unknown("the network configuration that the cloud provides, or DHCP on the first interface"),
    );
    const own = { config: "network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n" };
    expect(interfaceOf(networkBoot({ version: "26.2", ...own }))).toBe("own0");
    expect(networkChanges(networkBoot({ version: "26.2", config: "network: {config: disabled}\n" }))).toEqual([]);
  });

  // net/cmdline.py, 20.4 to 26.2.
  test("the kernel command line comes first", () => {
    const grub = (word: string) => ({ "/etc/default/grub": `GRUB_CMDLINE_LINUX="console=ttyS0 ${word}"\n` });
    const launch = { version: "26.2", config: "network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n", metaData };
    const plain = Buffer.from("network: {version: 2, ethernets: {line0: {dhcp4: true}}}").toString("base64");
    const packed = gzipSync("version: 2\nethernets: {packed0: {dhcp4: true}}\n").toString("base64");
    const interfaceWith = (word: string) => interfaceOf(networkBoot({ ...launch, files: grub(word) }));
    expect(interfaceWith(`network-config=${plain}`)).toBe("line0");
    expect(interfaceWith(`network-config=${packed}`)).toBe("packed0");
    expect(interfaceWith("network-config=%%%")).toBe("own0");
    expect(networkChanges(networkBoot({ ...launch, files: grub("network-config=disabled") }))).toEqual([]);
    const initramfs = networkBoot({ ...launch, files: grub("ip=dhcp") });
    expect(initramfs.after.read(FILE)?.toString()).toBe(
      unknown("the network configuration of the initramfs, if it has any"),
    );
  });

  test("what fails in the real boot leaves the network alone", () => {
    for (const [version, networkConfig] of [
      ["25.1", "version: 2\nethernets: {e0: {addresses: [10.0.0.2/24], routes: [{to: default, via: 10.0.0.1}]}}\n"],
      ["26.2", "version: 2\nethernets: {e0: {dhcp4: true}}\nvlans: {100: {id: 1, link: e0}, v2: {id: 2, link: e0}}\n"],
      ["26.2", "version: 3\n"],
      ["26.2", "version: 1\nconfig: [{name: eth0}]\n"],
    ] as const) {
      const result = networkBoot({ version, networkConfig });
      expect(networkChanges(result)).toEqual([]);
      expect(networkNotes(result)[0]).toMatch(/^network: it fails, and with it the init-local stage: /);
    }
  });

  test.runIf(whole)("too large a configuration is rejected quickly", () => {
    const many = Array.from({ length: 11_000 }, (_, i) => `  e${i}: {dhcp4: true}`);
    const levels = Array.from({ length: 10 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}]`);
    for (const networkConfig of [
      `version: 2\nethernets:\n${many.join("\n")}\n`,
      `l0: &l0 {type: physical, name: x}\n${levels.join("\n")}\nversion: 1\nconfig: *l10\n`,
    ]) {
      const result = networkBoot({ version: "26.2", networkConfig });
      expect(result.after.read(FILE)?.toString()).toBe(unknown("the network configuration, because it is too large"));
    }
  });

  test("the plan says where the image's configuration wants a certain machine", () => {
    const config = `network:
  version: 1
  config: [{type: physical, name: eth0, mac_address: "02:00:00:00:00:01", subnets: [{type: dhcp4}]}]
`;
    expect(networkNotes(networkBoot({ version: "26.2", config, metaData }))).toEqual([
      "network: it fails if the machine has no interface with the MAC address 02:00:00:00:00:01 of the image's configuration",
    ]);
  });
});
