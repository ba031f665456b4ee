import { describe, expect, test } from "vitest";
import { renderNetworkManager } from "../../../../src/boot/network/networkManager/networkManager.ts";
import { readNetworkConfig } from "../../../../src/boot/network/state/state.ts";
import { versionAtLeast } from "../../../../src/distro/version.ts";
import { unknown } from "../../../../src/image/unknown.ts";
import { asDict } from "../../../../src/python/checked.ts";
import { CannotTell, Raises } from "../../../../src/python/errors.ts";
import { fromNode } from "../../../../src/python/value.ts";
import { parseYaml } from "../../../../src/python/yaml/load.ts";
import { answerOf, type ByRelease, DEBIAN_RELEASES, recordedCases } from "../../../recordings.ts";
import { oneOf, sample, whole } from "../../../samples.ts";
import { networkBoot, networkChanges } from "../networkBoot.ts";

type Profiles = Readonly<Record<string, string>>;

/**
 * The profiles that the real renderer made of a configuration, by what follows "cloud-init-" in their names; null: it
 * raised an exception.
 */
interface Recording {
  readonly name: string;
  readonly config: string;
  readonly profiles: ByRelease<Profiles | null>;
}

/** Those that were asked; Debian's are 22.4.2, 25.1 (as 24.4) and the last. */
const VERSIONS = ["22.2", "22.3.1", "22.4.2", "23.2", "23.4", "24.1", "24.3", "24.4", DEBIAN_RELEASES.sid];

const recordings = recordedCases<Recording[]>("boot/network/cases/networkManager.json");

function render(config: string, version: string): Profiles | null {
  const { node } = parseYaml(config, "network-config");
  if (node === undefined) throw new Error("the case is no YAML");
  const since = (wanted: string) => versionAtLeast(version, wanted);
  try {
    const state = readNetworkConfig(asDict(fromNode(node), "the case"), "network-manager", since);
    const files = renderNetworkManager(state, since);
    return Object.fromEntries(files.map((file) => [String(file.interface), file.text]));
  } catch (error) {
    if (error instanceof Raises) return null;
    throw error;
  }
}

describe.each(VERSIONS)("as cloud-init %s renders for NetworkManager", (version) => {
  test.each(oneOf(3, recordings).map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    expect(render(recording.config, version)).toEqual(answerOf(recording.profiles, version));
  });
});

describe("values that ConfigParser reads as references", () => {
  const named = (server: string) =>
    `version: 1\nconfig:\n- {type: physical, name: eth0, subnets: [{type: dhcp, dns_nameservers: ["${server}", 192.0.2.2]}]}\n`;

  test("a lone percent sign is an error", () => {
    expect(render(named("50%"), "26.2")).toBe(null);
  });

  test("what it would expand is not predicted", () => {
    expect(() => render(named("50%%"), "26.2")).toThrow(CannotTell);
  });
});

test.runIf(whole)("too many interfaces and name servers are rejected quickly", () => {
  const repeat = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const interfaces = repeat(sample(100, 2000), (i) => `- {type: physical, name: eth${i}, subnets: [{type: dhcp}]}`);
  const servers = (count: number) => `- {type: nameserver, address: [${repeat(count, () => "192.0.2.2").join(", ")}]}`;
  expect(() => render(["version: 1\nconfig:", ...interfaces, servers(2000)].join("\n"), "26.2")).toThrow(CannotTell);
  expect(() => render(["version: 1\nconfig:", interfaces[0], servers(50_000)].join("\n"), "26.2")).toThrow(CannotTell);
  expect(Object.keys(render(["version: 1\nconfig:", ...interfaces].join("\n"), "26.2") ?? {})).toHaveLength(
    interfaces.length,
  );
  const addressCount = sample(800, 20_000);
  const addresses = repeat(addressCount, (i) => `10.0.${i >> 8}.${i & 255}/8`);
  const many = `version: 2\nethernets: {eth0: {addresses: [${addresses.join(", ")}]}}\n`;
  expect(render(many, "26.2")?.eth0).toContain(`\naddress${addressCount}=${addresses.at(-1)}\n`);
});

describe("the files of NetworkManager", () => {
  const CONNECTIONS = "/etc/NetworkManager/system-connections/cloud-init-";
  const launch = {
    version: "26.2",
    distro: "fedora",
    programs: ["nmcli"],
    files: {
      "/etc/NetworkManager/NetworkManager.conf": "[main]\n",
      "/etc/systemd/system/multi-user.target.wants/NetworkManager.service": { link: "/x" },
    },
    networkConfig: "version: 2\nethernets: {eth0: {dhcp4: true}, eth1: {}}\n",
  };

  // Seen in the real boots of Rocky and Fedora's configuration in the Debian roots.
  test("are for root only, and since 23.3 one sets how addresses are generated", () => {
    const profiles = ["eth0", "eth1"].map((name) => `created ${CONNECTIONS}${name}.nmconnection 600`);
    const mode = "created /etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen-mode.conf 600";
    expect(networkChanges(networkBoot({ ...launch, version: "23.2" }))).toEqual(profiles);
    expect(networkChanges(networkBoot({ ...launch, version: "23.3" }))).toEqual([mode, ...profiles]);
  });

  // available() of network_manager.py: 22.2 is the first one that has it, until 23.4 it asks for the configuration file.
  test.each([
    ["22.1", {}, false],
    ["22.2", {}, true],
    ["23.4", { "/etc/NetworkManager/NetworkManager.conf": { kind: "missing" } }, false],
    ["24.1", { "/etc/NetworkManager/NetworkManager.conf": { kind: "missing" } }, true],
  ] as const)("%s, %o: %s", (version, missing, isUsed) => {
    const files = Object.fromEntries(Object.entries(launch.files).filter(([path]) => !(path in missing)));
    const changes = networkChanges(networkBoot({ ...launch, version, files }));
    expect(changes.some((change) => change.includes(CONNECTIONS))).toBe(isUsed);
  });

  test("a service that is not enabled is not used", () => {
    const result = networkBoot({ ...launch, files: { "/lib/systemd/systemd": "" } });
    expect(networkChanges(result)).toEqual([]);
  });

  test("of the first interface have an unknown name, and may exist already", () => {
    const name = unknown("the first interface");
    const files = { ...launch.files, [`${CONNECTIONS}ens3.nmconnection`]: "", [`${CONNECTIONS}.old`]: "" };
    const { networkConfig: _, ...rest } = launch;
    const metaData = "instance-id: i-1\n";
    const result = networkBoot({ ...rest, version: "22.4", files, metaData });
    expect(networkChanges(result)).toEqual([
      `may be created ${CONNECTIONS}${name}.nmconnection`,
      `may be modified ${CONNECTIONS}ens3.nmconnection`,
    ]);
    const text = networkBoot({ ...rest, version: "22.4", metaData })
      .after.read(`${CONNECTIONS}${name}.nmconnection`)
      ?.toString();
    expect(text).toContain(`uuid=${unknown("the UUID derived from the name of the interface")}\n`);
    expect(text).toContain(`mac-address=${unknown("its MAC address")}\n`);
  });

  test("since 24.4 go by the ids of a version 2 configuration, whatever the names are", () => {
    const networkConfig = 'version: 2\nethernets: {lan: {match: {macaddress: "02:00:00:00:00:01"}, dhcp4: true}}\n';
    const paths = (version: string) =>
      networkChanges(networkBoot({ ...launch, version, networkConfig })).filter((change) => change.includes("system"));
    expect(paths("24.4")).toEqual([`created ${CONNECTIONS}lan.nmconnection 600`]);
    expect(paths("24.3").join()).toContain("cloud-init-<<unknown:");
  });

  test("are unknown where the configuration is", () => {
    const { networkConfig: _, ...rest } = launch;
    const path = `${CONNECTIONS}${unknown("the name of each interface")}.nmconnection`;
    expect(networkBoot(rest).after.read(path)?.toString()).toMatch(/^<<unknown:/);
  });
});
