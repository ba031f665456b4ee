import { describe, expect, test } from "vitest";
import type { BootResult } from "../../../../src/boot/boot.ts";
import { versionAtLeast } from "../../../../src/distro/version.ts";
import type { MemoryFile } from "../../../../src/image/memory.ts";
import { unknown } from "../../../../src/image/unknown.ts";
import { DEBIAN_RELEASES, RELEASES, recordedCases } from "../../../recordings.ts";
import { oneOf } from "../../../samples.ts";
import { LIBRARY, networkBoot, networkChanges, networkNotes } from "../networkBoot.ts";
import { type Changes, changesUntil } from "../recordedChanges.ts";

/**
 * What the real sysconfig renderer wrote for a configuration over files of an image, and whether it raised an exception
 * then. A version says what is other than in the one before; null: the file is no longer written. "(header)" stands for
 * the words of the comment at the top of every file.
 */
interface Recording {
  readonly name: string;
  readonly distro: "centos" | "opensuse";
  readonly config: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, Changes>>;
}

const SYSCONFIG: Readonly<Record<string, MemoryFile>> = {
  "/etc/sysconfig/network-scripts/network-functions": "",
  "/etc/sysconfig/network-scripts/ifdown-eth": "",
};
const IFCFG = "/etc/sysconfig/network-scripts/ifcfg-";
const launch = { distro: "centos", programs: ["ifup", "ifdown"], files: SYSCONFIG };

function readCases(file: string): Recording[] {
  return recordedCases(`boot/network/cases/${file}.json`);
}

function written(result: BootResult, version: string): Record<string, string> {
  const when = versionAtLeast(version, "23.4") ? "" : " on instance boot";
  const entries = result.changes.flatMap(({ path, after, certainty }) => {
    if (after?.kind === "directory") return [];
    const text = after?.kind === "file" ? after.content.toString() : certainty;
    return [[path, text.replaceAll(`Created by cloud-init${when} automatically, do not edit.`, "(header)")]];
  });
  return Object.fromEntries(entries);
}

function booted({ distro, config, files }: Recording, version: string) {
  const result = networkBoot({ ...launch, version, distro, networkConfig: config, files: { ...SYSCONFIG, ...files } });
  const raises = networkNotes(result).some((note) => note.startsWith("network: it fails, and with it"));
  return { raises, files: written(result, version) };
}

// Debian's cloud-init of these versions.
describe.each(Object.values(DEBIAN_RELEASES))("as cloud-init %s writes files of sysconfig", (version) => {
  test.each(oneOf(4, readCases("sysconfig")).map((recording) => [recording.name, recording] as const))(
    "%s",
    (_, recording) => {
      expect(booted(recording, version)).toEqual(changesUntil(recording.results, version));
    },
  );
});

// net/sysconfig.py of these tags.
describe.each(RELEASES)("as upstream's %s writes them", (version) => {
  const releases = oneOf(4, readCases("sysconfigReleases"));
  test.each(releases.map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    expect(booted(recording, version)).toEqual(changesUntil(recording.results, version));
  });
});

describe("the files of sysconfig", () => {
  const DHCP = "version: 2\nethernets: {eth0: {dhcp4: true}}\n";

  // util.write_file; preserve_mode since 23.2.
  test("get the mode 0644, but the rules keep theirs since 23.2", () => {
    const rules = "/etc/udev/rules.d/70-persistent-net.rules";
    const files = {
      ...SYSCONFIG,
      [rules]: { content: "old\n", mode: 0o600 },
      [`${IFCFG}eth0`]: { content: "old\n", mode: 0o600 },
    };
    for (const [version, mode] of [
      ["22.4", "644"],
      ["26.2", "600"],
    ] as const)
      expect(networkChanges(networkBoot({ ...launch, files, version, networkConfig: DHCP }))).toEqual([
        "created /etc/sysconfig/network 644",
        `modified ${IFCFG}eth0 644`,
        `modified ${rules} ${mode}`,
      ]);
  });

  test("of the first interface have an unknown name, and may exist already", () => {
    const name = unknown("the first interface");
    const files = { ...SYSCONFIG, [`${IFCFG}ens3`]: "DEVICE=ens3\n" };
    const plain = { ...launch, version: "26.2", metaData: "instance-id: i-1\n" };
    const changes = networkChanges(networkBoot({ ...plain, files }));
    expect(changes).toContain(`may be modified ${IFCFG}ens3`);
    expect(changes).toContain(`may be created ${IFCFG}${name}`);
    expect(
      networkBoot(plain).after.read(`${IFCFG}${name}`)?.toString(),
    ).toBe(`# Created by cloud-init automatically, do not edit.
#
BOOTPROTO=dhcp
DEVICE=${name}
DHCPV6C=yes
HWADDR=${unknown("its MAC address")}
IPV6INIT=yes
ONBOOT=yes
TYPE=Ethernet
USERCTL=no
`);
  });

  test("are unknown where the configuration is", () => {
    const result = networkBoot({ ...launch, version: "26.2" });
    const nothing = unknown("the network configuration that the cloud provides, or DHCP on the first interface");
    expect(networkChanges(result)).toEqual([
      "may be created /etc/NetworkManager/conf.d/99-cloud-init.conf",
      "may be created /etc/resolv.conf",
      "created /etc/sysconfig/network 644",
      `created ${IFCFG}${unknown("the name of each interface")} 644`,
      "created /etc/udev/rules.d/70-persistent-net.rules 644",
    ]);
    expect(result.after.read("/etc/sysconfig/network")?.toString()).toBe(nothing);
  });

  test("are unknown where one refers to an interface whose name only the machine knows", () => {
    const networkConfig = `version: 2
ethernets: {id0: {match: {macaddress: "02:00:00:00:00:01"}}}
bonds: {bond0: {interfaces: [id0]}}
`;
    const result = networkBoot({ ...launch, version: "26.2", networkConfig });
    expect(networkNotes(result).join()).not.toContain("it fails, and with it");
    const path = `${IFCFG}${unknown("the name of each interface")}`;
    expect(result.after.read(path)?.toString()).toContain("the names of interfaces on the machine");
  });

  test("leave name servers to a link into the running machine alone", () => {
    const files = { ...SYSCONFIG, "/etc/resolv.conf": { link: "../run/systemd/resolve/stub-resolv.conf" } };
    const networkConfig = "version: 1\nconfig: [{type: nameserver, address: 192.0.2.1}]\n";
    const result = networkBoot({ ...launch, files, version: "26.2", networkConfig });
    expect(networkChanges(result).join()).not.toContain("resolv");
    expect(networkNotes(result).join()).toContain("/run/systemd/resolve/stub-resolv.conf");
  });

  test("begin with what the image's own cloud-init sets for every interface", () => {
    const own = (version: string, source: string) => {
      const files = { ...SYSCONFIG, [`${LIBRARY}/net/sysconfig.py`]: source };
      const result = networkBoot({ ...launch, files, version, networkConfig: DHCP });
      return result.after.read(`${IFCFG}eth0`)?.toString().split("\n").slice(2).join(" ");
    };
    const table = `class Renderer:
    iface_defaults = {
        "rhel": {
            "ONBOOT": True,
            "USERCTL": False,
            "BOOTPROTO": "none",
            "AUTOCONNECT_PRIORITY": 120,
        },
        "suse": {"BOOTPROTO": "static", "STARTMODE": "auto"},
    }
`;
    expect(own("22.1", table)).toBe(
      "AUTOCONNECT_PRIORITY=120 BOOTPROTO=dhcp DEVICE=eth0 ONBOOT=yes TYPE=Ethernet USERCTL=no ",
    );
    const list =
      "class Renderer:\n    iface_defaults = tuple([\n        ('ONBOOT', True),\n        ('BOOTPROTO', 'none'),\n    ])\n";
    expect(own("19.4", list)).toBe("BOOTPROTO=dhcp DEVICE=eth0 ONBOOT=yes TYPE=Ethernet ");
    expect(own("22.1", "pass\n")).toBe(
      "BOOTPROTO=dhcp DEVICE=eth0 NM_CONTROLLED=no ONBOOT=yes TYPE=Ethernet USERCTL=no ",
    );
  });

  // https://github.com/canonical/cloud-init/issues/5990
  test("are unknown where Red Hat's cloud-init adds to them", () => {
    const files = { ...SYSCONFIG, [`${LIBRARY}/net/sysconfig.py`]: 'netcfg.append("NOZEROCONF=yes")\n' };
    const result = networkBoot({ ...launch, files, version: "22.1", networkConfig: DHCP });
    expect(result.after.read("/etc/sysconfig/network")?.toString()).toBe(
      unknown("the settings that the distribution's own cloud-init adds"),
    );
  });
});
