import { describe, expect, test } from "vitest";
import { renderNetworkd } from "../../../../src/boot/network/networkd/networkd.ts";
import { readNetworkConfig } from "../../../../src/boot/network/state/state.ts";
import { versionAtLeast } from "../../../../src/distro/version.ts";
import { unknown } from "../../../../src/image/unknown.ts";
import { asDict } from "../../../../src/python/checked.ts";
import { CannotTell, Raises } from "../../../../src/python/errors.ts";
import { fromNode } from "../../../../src/python/value.ts";
import { parseYaml } from "../../../../src/python/yaml/load.ts";
import { answerOf, type ByRelease, DEBIAN_RELEASES, recordedCases } from "../../../recordings.ts";
import { oneOf, sample, whole } from "../../../samples.ts";
import { LIBRARY, networkBoot, networkChanges, networkNotes } from "../networkBoot.ts";

type Files = Readonly<Record<string, string>>;

/**
 * The files that the real renderer made of a configuration, by what follows "10-cloud-init-" in their names; null: it
 * raised an exception.
 */
interface Recording {
  readonly name: string;
  readonly config: string;
  readonly networkd: ByRelease<Files | null>;
}

/** Debian's 20.4 has no such renderer. */
const VERSIONS = Object.values(DEBIAN_RELEASES).slice(1);

const recordings = recordedCases<Recording[]>("boot/network/cases/networkd.json");

/** Debian's 22.4 writes routes as 23.1 does. */
function render(config: string, version: string, separatesRoutes = true): Files | null {
  const { node } = parseYaml(config, "network-config");
  if (node === undefined) throw new Error("the case is no YAML");
  const since = (wanted: string) => versionAtLeast(version, wanted);
  try {
    const state = readNetworkConfig(asDict(fromNode(node), "the case"), "networkd", since);
    const files = renderNetworkd(state, { separatesRoutes }, since);
    if (!since("25.2") && files.some(({ device }) => typeof device !== "string")) return null;
    return Object.fromEntries(
      files.map(({ device, extension, text }) => [`${device === null ? "None" : device}.${extension}`, text]),
    );
  } catch (error) {
    if (error instanceof Raises) return null;
    throw error;
  }
}

test.each(["version1", "version2"])("every configuration of %s was recorded", (file) => {
  const known = new Set(recordings.map(({ config }) => config));
  expect(
    recordedCases<{ config: string }[]>(`boot/network/cases/${file}.json`).filter(({ config }) => !known.has(config)),
  ).toEqual([]);
});

describe.each(VERSIONS)("as cloud-init %s renders for systemd-networkd", (version) => {
  test.each(oneOf(3, recordings).map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    expect(render(recording.config, version)).toEqual(answerOf(recording.networkd, version));
  });
});

// Rendered by networkd.py of the tags 21.3, 22.3.1, 24.1 and 25.2.
describe("releases between those of Debian", () => {
  const config = `version: 1
config:
- type: physical
  name: eth0
  accept-ra: true
  subnets:
  - {type: static, address: 192.0.2.5/24, gateway: 192.0.2.1, dns_nameservers: [192.0.2.2]}
  - {type: dhcp6}
- {type: route, destination: 10.0.0.0/8, gateway: 192.0.2.9}
`;
  const match = "[Match]\nName=eth0\n\n";
  const network = "[Network]\nDHCP=ipv6\nDNS=192.0.2.2\n";
  const address = "[Address]\nAddress=192.0.2.5/24\n\n";
  const routes = "[Route]\nDestination=10.0.0.0/8\nGateway=192.0.2.1\nGateway=192.0.2.9\n\n";

  test.each([
    ["21.3", false, `${match}${network}\n${address}${routes}`],
    ["22.3.1", false, `${address}${match}${network}IPv6AcceptRA=True\n\n${routes}`],
    [
      "24.1",
      true,
      `${address}${match}${network}IPv6AcceptRA=True\n\n[Route]\nGateway=192.0.2.1\n\n[Route]\nDestination=10.0.0.0/8\n\nGateway=192.0.2.9\n\n`,
    ],
    [
      "25.2",
      true,
      `${address}${match}${network}IPv6AcceptRA=yes\n\n[Route]\nGateway=192.0.2.1\n\n[Route]\nDestination=10.0.0.0/8\nGateway=192.0.2.9\n`,
    ],
  ] as const)("%s", (version, separatesRoutes, text) => {
    expect(render(config, version, separatesRoutes)).toEqual({ "eth0.network": text });
  });

  const vlan = "version: 2\nethernets: {eth0: {}}\nvlans: {vlan7: {id: 7, link: eth0}}\n";

  test("until 22.3 only ethernet devices could be in a version 2 configuration", () => {
    expect(render(vlan, "22.3", false)).toBe(null);
    expect(Object.keys(render(vlan, "22.3.1", false) ?? {})).toEqual(["eth0.network", "vlan7.network"]);
  });

  test("VLANs and bonds of 25.2 are not predicted", () => {
    expect(() => render(vlan, "25.2")).toThrow(CannotTell);
    expect(Object.keys(render(vlan, "25.3") ?? {})).toEqual(["eth0.network", "vlan7.network", "vlan7.netdev"]);
  });
});

test.runIf(whole)("too many interfaces and routes are rejected quickly", () => {
  const repeat = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const config = (interfaces: number, routes: number) =>
    [
      "version: 1\nconfig:",
      ...repeat(interfaces, (i) => `- {type: physical, name: eth${i}}`),
      ...repeat(routes, (i) => `- {type: route, destination: 10.0.${i % 256}.0/24, gateway: 192.0.2.1, metric: ${i}}`),
    ].join("\n");
  expect(() => render(config(2000, 2000), "26.2")).toThrow(CannotTell);
  expect(Object.keys(render(config(50, 200), "26.2") ?? {})).toHaveLength(50);
  const bonds = repeat(sample(100, 2000), (i) => ` b${i}: {interfaces: [eth${i}]}`);
  const many = ["version: 2\nethernets:", ...repeat(bonds.length, (i) => ` eth${i}: {}`), "bonds:", ...bonds].join(
    "\n",
  );
  expect(Object.keys(render(many, "26.2") ?? {})).toHaveLength(3 * bonds.length);
});

describe("the files of systemd-networkd", () => {
  const NETWORKD = "/etc/systemd/network/10-cloud-init-";
  const accounts = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nsystemd-network:x:998:997::/:/usr/sbin/nologin\n",
    "/etc/group": "root:x:0:\nsystemd-network:x:997:\n",
  };
  const launch = {
    version: "26.2",
    programs: ["ip"],
    files: { ...accounts, "/bin/systemctl": { mode: 0o755 } },
  };
  const networkConfig = "version: 2\nethernets: {eth0: {dhcp4: true}, eth1: {}}\n";
  const metaData = "instance-id: i-1\n";

  // Seen in the real boots of the Debian roots.
  test("belong to its user and have the mode 0644", () => {
    const files = { ...launch.files, [`${NETWORKD}eth0.network`]: { content: "old\n", mode: 0o600 } };
    const result = networkBoot({ ...launch, files, networkConfig });
    expect(networkChanges(result)).toEqual([
      `modified ${NETWORKD}eth0.network 644`,
      `created ${NETWORKD}eth1.network 644`,
    ]);
    expect(result.after.stat(`${NETWORKD}eth0.network`)).toMatchObject({ uid: 998, gid: 997 });
    expect(result.after.read(`${NETWORKD}eth0.network`)?.toString()).toBe(
      "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n",
    );
  });

  test("without that user the first one is the last one, unless systemd makes the user first", () => {
    const files = { ...launch.files, "/etc/passwd": "root:x:0:0::/root:/bin/sh\n" };
    const result = networkBoot({ ...launch, files, networkConfig });
    expect(networkChanges(result)).toEqual([`created ${NETWORKD}eth0.network 644`]);
    expect(networkNotes(result)).toEqual([
      "network: it fails, and with it the init-local stage: the user systemd-network does not exist",
    ]);
    const made = { ...files, "/usr/lib/sysusers.d/systemd-network.conf": "u! systemd-network 192\n" };
    expect(networkChanges(networkBoot({ ...launch, files: made, networkConfig }))).toHaveLength(2);
  });

  test("an interface whose name is not a string stops it until 25.1", () => {
    const devices = ["eth0", "7", "eth1"].map((name) => `{type: physical, name: ${name}}`);
    const networkConfig = `version: 1\nconfig: [${devices.join(", ")}]\n`;
    const changes = (version: string) => networkChanges(networkBoot({ ...launch, version, networkConfig }));
    expect(changes("25.1")).toEqual([`created ${NETWORKD}eth0.network 644`]);
    expect(changes("25.2")).toEqual(["7", "eth0", "eth1"].map((name) => `created ${NETWORKD}${name}.network 644`));
  });

  test("of the first interface have an unknown name, and may exist already", () => {
    const name = unknown("the first interface");
    const files = {
      ...launch.files,
      [`${NETWORKD}ens3.network`]: "[Match]\nName=ens3\n",
      "/etc/systemd/network/20-mine.network": "[Match]\nName=ens4\n",
    };
    const result = networkBoot({ ...launch, files, metaData });
    expect(networkChanges(result)).toEqual([
      `may be created ${NETWORKD}${name}.network`,
      `may be modified ${NETWORKD}ens3.network`,
    ]);
    const alone = networkBoot({ ...launch, metaData });
    expect(alone.after.read(`${NETWORKD}${name}.network`)?.toString()).toBe(
      `[Match]\nMACAddress=${unknown("its MAC address")}\nName=${name}\n\n[Network]\nDHCP=yes\n`,
    );
  });

  test("are unknown where the configuration is, or which part of it an interface gets", () => {
    const path = `${NETWORKD}${unknown("the name of each interface")}.network`;
    const nothing = networkBoot(launch);
    expect(nothing.after.read(path)?.toString()).toBe(
      unknown("the network configuration that the cloud provides, or DHCP on the first interface"),
    );
    const networkConfig = `version: 2
ethernets: {id0: {match: {macaddress: "02:00:00:00:00:01"}, dhcp4: true, dhcp4-overrides: {use-dns: false}}}
`;
    const renamed = networkBoot({ ...launch, networkConfig });
    const name = unknown("the name of the interface with the MAC address 02:00:00:00:00:01");
    expect(renamed.after.read(`${NETWORKD}${name}.network`)?.toString()).toBe(
      unknown("the configuration of an interface of this name"),
    );
  });

  test("have routes in one section until 22.4, unless the image's cloud-init is patched as Debian's is", () => {
    const networkConfig = `version: 2
ethernets: {eth0: {addresses: [192.0.2.5/24], gateway4: 192.0.2.1, routes: [{to: 10.0.0.0/8, via: 192.0.2.9}]}}
`;
    const sections = (source: string) =>
      networkBoot({
        ...launch,
        version: "22.4",
        networkConfig,
        files: { ...launch.files, [`${LIBRARY}/net/networkd.py`]: source },
      })
        .after.read(`${NETWORKD}eth0.network`)
        ?.toString()
        .match(/\[Route\]/g)?.length;
    expect(sections("class Renderer:\n    def update_section(self, sec, key, val): pass\n")).toBe(1);
    expect(sections("class Renderer:\n    def update_route_section(self, sec, rid, key, val): pass\n")).toBe(2);
  });
});
