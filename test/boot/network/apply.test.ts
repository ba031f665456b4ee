import { describe, expect, test } from "vitest";
import { unknown } from "../../../src/image/unknown.ts";
import { reasonOf } from "../firstBoot.ts";
import { IFUPDOWN, LIBRARY, NETPLAN_BINDING, networkBoot, networkChanges, networkNotes } from "./networkBoot.ts";

const metaData = "instance-id: i-1\n";
const RULES = "/etc/udev/rules.d/70-persistent-net.rules";
const NETPLAN = "/etc/netplan/50-cloud-init.yaml";
const V2 = "version: 2\nethernets: {eth0: {dhcp4: true}}\n";
const HEADER = `# This file is generated from information provided by the datasource.  Changes
# to it will not persist across an instance reboot.  To disable cloud-init's
# network configuration capabilities, write a file
# /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg with the following:
# network: {config: disabled}
`;
const OWN_TEXT = `${HEADER}network:
    ethernets:
        eth0:
            dhcp4: true
    version: 2
`;

const textOf = (result: ReturnType<typeof networkBoot>, path: string) => result.after.read(path)?.toString();

// Seen in real boots of the Debian roots (20.4, 22.4, 25.1, 26.2), unless it says otherwise.
describe("the files of ifupdown", () => {
  test("depend on the distro", () => {
    const changes = (distro: string) => networkChanges(networkBoot({ version: "26.2", distro, networkConfig: V2 }));
    expect(changes("debian")).toEqual(["created /etc/network/interfaces.d/50-cloud-init 644", `created ${RULES} 644`]);
    expect(changes("ubuntu")).toEqual([
      "created /etc/network/interfaces.d/50-cloud-init.cfg 644",
      `created ${RULES} 644`,
    ]);
    expect(changes("alpine")).toEqual(["modified /etc/network/interfaces 644", `created ${RULES} 644`]);
    const alpine = networkBoot({ version: "26.2", distro: "alpine", networkConfig: V2 });
    expect(textOf(alpine, "/etc/network/interfaces")).toMatch(
      /^# This file is generated from information provided by the datasource\. Changes\n[\s\S]*\n\nauto lo\n/,
    );
  });

  test("the interfaces file gets mode 0644; the rules keep theirs since 23.2", () => {
    const files = {
      [RULES]: { content: "old\n", mode: 0o600 },
      "/etc/network/interfaces.d/50-cloud-init": { content: "old\n", mode: 0o600 },
    };
    for (const [version, mode] of [
      ["20.4", "644"],
      ["22.4", "644"],
      ["25.1", "600"],
      ["26.2", "600"],
    ] as const)
      expect(networkChanges(networkBoot({ version, files, networkConfig: V2 }))).toEqual([
        "modified /etc/network/interfaces.d/50-cloud-init 644",
        `modified ${RULES} ${mode}`,
      ]);
  });

  test("an old eth0.cfg goes where it is as images had it", () => {
    const path = "/etc/network/interfaces.d/eth0.cfg";
    const deleted = (content: string, more = {}) =>
      networkChanges(networkBoot({ version: "26.2", files: { [path]: content }, networkConfig: V2, ...more })).includes(
        `deleted ${path}`,
      );
    expect(deleted("# The primary network interface\nauto eth0\niface eth0 inet dhcp\n")).toBe(true);
    expect(deleted("auto eth0\niface eth0 inet dhcp\n\n")).toBe(false);
    expect(deleted("auto eth0\niface eth0 inet dhcp\nmtu 1400\n")).toBe(false);
    expect(deleted("auto eth0\niface eth0 inet dhcp\n", { distro: "alpine" })).toBe(false);
    expect(deleted("auto eth0\niface eth0 inet dhcp\n", { config: "network: {config: disabled}\n" })).toBe(false);
  });
});

describe("netplan's file", () => {
  const programs = ["netplan"];

  test("is the renderer's own text until 24.2, then what netplan's library makes of it", () => {
    const launch = { programs, networkConfig: V2, files: NETPLAN_BINDING };
    for (const [version, mode] of [
      ["20.4", "644"],
      ["22.4", "644"],
      ["23.1", "600"],
      ["24.1", "600"],
    ] as const) {
      const result = networkBoot({ version, ...launch });
      expect(networkChanges(result)).toEqual([`created ${NETPLAN} ${mode}`]);
      expect(textOf(result, NETPLAN)).toBe(OWN_TEXT);
      expect(result.commands).toContainEqual({ module: "network", command: "netplan generate" });
    }
    const since = networkBoot({ version: "26.2", ...launch });
    expect(networkChanges(since)).toEqual([`created ${NETPLAN} 600`]);
    expect(textOf(since, NETPLAN)).toBe("network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n");
  });

  test("stays the renderer's own text without the library's Python binding, or where the library refuses it", () => {
    expect(textOf(networkBoot({ version: "26.2", programs, networkConfig: V2 }), NETPLAN)).toBe(OWN_TEXT);
    const strange = { programs, files: NETPLAN_BINDING, networkConfig: `${V2}colours: {}\n` };
    expect(textOf(networkBoot({ version: "26.2", ...strange }), NETPLAN)).toBe(
      `${HEADER}network:\n    colours: {}\n    ethernets:\n        eth0:\n            dhcp4: true\n    version: 2\n`,
    );
  });

  test("replaces a link, or is removed if there is nothing to write", () => {
    const files = { ...NETPLAN_BINDING, [NETPLAN]: { link: "../my.yaml" }, "/etc/my.yaml": "mine\n" };
    const launch = { programs, files };
    expect(networkChanges(networkBoot({ version: "26.2", ...launch, networkConfig: V2 }))).toEqual([
      `modified ${NETPLAN} 600`,
    ]);
    expect(networkChanges(networkBoot({ version: "22.4", ...launch, networkConfig: V2 }))).toEqual([
      "modified /etc/my.yaml 644",
    ]);
    expect(networkChanges(networkBoot({ version: "26.2", ...launch, networkConfig: "version: 2\n" }))).toEqual([
      `deleted ${NETPLAN}`,
    ]);
  });

  test("keeps a stricter mode since 23.1; a distribution may want the old mode", () => {
    const files = { [NETPLAN]: { content: "old\n", mode: 0o400 } };
    const launch = { programs, networkConfig: V2 };
    expect(networkChanges(networkBoot({ version: "22.4", ...launch, files }))).toEqual([`modified ${NETPLAN} 644`]);
    expect(networkChanges(networkBoot({ version: "26.2", ...launch, files }))).toEqual([`modified ${NETPLAN} 400`]);
    const features = { [`${LIBRARY}/features.py`]: "NETPLAN_CONFIG_ROOT_READ_ONLY = False\n" };
    expect(networkChanges(networkBoot({ version: "23.1", ...launch, files: features }))).toEqual([
      `created ${NETPLAN} 644`,
    ]);
  });

  // features.py of 25.2 to 26.2: off upstream and in Debian.
  test("has no MTU of 0 where a distribution wants that", () => {
    const networkConfig = "version: 2\nethernets: {eth0: {dhcp4: true, mtu: 0}, eth1: {mtu: 1400}}\n";
    const switched = { ...NETPLAN_BINDING, [`${LIBRARY}/features.py`]: "STRIP_INVALID_MTU = True\n" };
    const text = (files: typeof NETPLAN_BINDING) =>
      textOf(networkBoot({ version: "26.2", programs, networkConfig, files }), NETPLAN);
    expect(text(NETPLAN_BINDING)).toContain("      dhcp4: true\n      mtu: null\n");
    expect(text(switched)).toContain("      dhcp4: true\n    eth1:\n      mtu: 1400\n");
  });

  test("snapd's first configuration goes", () => {
    const path = "/etc/netplan/00-snapd-config.yaml";
    const snapd = `# This is the initial network config.
# It can be overwritten by cloud-init or console-conf.
network:
    version: 2
    ethernets:
        all-en:
            match:
                name: "en*"
            dhcp4: true
        all-eth:
            match:
                name: "eth*"
            dhcp4: true
`;
    const launch = { version: "26.2", programs, networkConfig: V2 };
    expect(networkChanges(networkBoot({ ...launch, files: { [path]: snapd } }))).toContain(`deleted ${path}`);
    expect(networkChanges(networkBoot({ ...launch, files: { [path]: `${snapd}# mine\n` } }))).not.toContain(
      `deleted ${path}`,
    );
  });

  test("with DHCP on the first interface, whose name and MAC address are unknown", () => {
    const [name, mac] = [unknown("the first interface"), unknown("its MAC address")];
    expect(textOf(networkBoot({ version: "26.2", programs, metaData, files: NETPLAN_BINDING }), NETPLAN)).toBe(`network:
  version: 2
  ethernets:
    ${name}:
      match:
        macaddress: "${mac}"
      dhcp4: true
      dhcp6: true
      set-name: "${name}"
`);
    expect(textOf(networkBoot({ version: "22.4", programs, metaData }), NETPLAN)).toBe(`${HEADER}network:
    ethernets:
        ${name}:
            dhcp4: true
            match:
                macaddress: ${mac}
            set-name: ${name}
    version: 2
`);
  });

  test("is unknown where the configuration is, or where it needs what is not simulated", () => {
    const launch = { version: "26.2", programs, files: NETPLAN_BINDING };
    expect(textOf(networkBoot(launch), NETPLAN)).toBe(
      unknown("the network configuration that the cloud provides, or DHCP on the first interface"),
    );
    const tunnels = `${V2}tunnels: {he: {mode: sit, local: 192.0.2.1, remote: 192.0.2.2}}\n`;
    expect(textOf(networkBoot({ ...launch, networkConfig: tunnels }), NETPLAN)).toBe(
      unknown("the network configuration, because its key tunnels is not simulated"),
    );
  });

  // renderer_configs of cloudinit/distros/arch.py and of classes without one, 26.2.
  test("begins as the distro wants", () => {
    const text = (distro: string) =>
      textOf(networkBoot({ version: "26.2", distro, programs, networkConfig: V2 }), NETPLAN);
    expect(text("arch")).toMatch(/^# generated by cloud-init\nnetwork:\n/);
    expect(text("gentoo")).toMatch(/^\nnetwork:\n/);
  });
});

describe("the renderer", () => {
  test("is the first one whose programs are there", () => {
    const changed = (more: object) => networkChanges(networkBoot({ version: "26.2", networkConfig: V2, ...more }))[0];
    const both = [...IFUPDOWN, "netplan"];
    expect(changed({ programs: both })).toContain("/etc/network/interfaces.d/");
    expect(changed({ programs: both, config: "system_info: {network: {renderers: [netplan, eni]}}\n" })).toContain(
      NETPLAN,
    );
    expect(
      changed({ programs: ["netplan"], config: "system_info: {network: {renderers: [eni, netplan]}}\n" }),
    ).toContain(NETPLAN);
  });

  test("nothing is written without one, or with one that cloud-init does not know", () => {
    const none = networkBoot({ version: "26.2", networkConfig: V2, programs: [] });
    expect(networkChanges(none)).toEqual([]);
    expect(networkNotes(none)).toHaveLength(1);
    const config = "system_info: {network: {renderers: [foo, eni]}}\n";
    const strange = networkBoot({ version: "26.2", networkConfig: V2, config });
    expect(networkChanges(strange)).toEqual([]);
    expect(networkNotes(strange)).toEqual([
      'network: it fails, and with it the init-local stage: unknown renderer "foo"',
    ]);
  });

  test("of a BSD says where it may write", () => {
    const freebsd = networkBoot({ version: "26.2", distro: "freebsd", networkConfig: V2, programs: [] });
    expect(networkChanges(freebsd)).toEqual(["may be created /etc/rc.conf", "may be created /etc/resolv.conf"]);
  });
});

describe("the plan's word on the network", () => {
  const reason = (more: object) => reasonOf(networkBoot({ version: "26.2", networkConfig: V2, ...more }), "network");

  test("says whether it is configured, and why not", () => {
    expect(reason({})).toBe("ran: the network is configured with eni before any module");
    expect(reason({ config: "network: {config: disabled}\n" })).toBe(
      "skipped: disabled at /etc/cloud/cloud.cfg.d/50-test.cfg:1",
    );
    expect(reason({ config: "network: disabled\n" })).toBe("failed: the network configuration must be a mapping");
    expect(reason({ programs: [] })).toBe("ran: the image contains no renderer");
  });
});
