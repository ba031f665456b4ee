import { rewriteWithLibnetplan } from "../../src/boot/network/netplan/libnetplan/rewrite.ts";
import { readInterfacesFile } from "../../src/boot/network/source/eniRead.ts";
import { fromNetworkData } from "../../src/boot/network/source/networkData.ts";
import { contains, parseIpv4, parseIpv6, parseNetwork } from "../../src/boot/network/state/ipAddress.ts";
import { versionAtLeast } from "../../src/distro/version.ts";
import { imageFacts } from "../../src/lint/imageFacts.ts";
import { CannotTell, Raises } from "../../src/python/errors.ts";
import { fromNode } from "../../src/python/value.ts";
import { dumpYaml } from "../../src/python/yaml/dump.ts";
import { writeString } from "../../src/python/yaml/dumpScalar.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { planText } from "../../src/report/planText.ts";
import { IFUPDOWN, NETPLAN_BINDING, networkBoot } from "../boot/network/networkBoot.ts";
import { recordedCases } from "../recordings.ts";
import { networkConfig, yamlOf } from "./cloudConfig.ts";
import { mutateText } from "./mutate.ts";
import { unless } from "./parsers.ts";
import { textsIn } from "./seeds.ts";
import { type Target, textTarget } from "./target.ts";

const CASES = "boot/network/cases";
const configurations = ["version1", "version2", "networkd", "networkManager", "sysconfig", "sysconfigReleases"].flatMap(
  (name) => textsIn(`test/${CASES}/${name}.json`, "config"),
);
const WORDS = [
  ..."version: ethernets: bonds: bridges: vlans: config: subnets: addresses: routes: nameservers: match: set-name: dhcp4:".split(
    " ",
  ),
  ..."192.0.2.1/33 ::/0 0.0.0.0/0 fe80::1%eth0 00:11:22:33:44:55 eth0 bond0.5 static dhcp manual default 255.255.0.255".split(
    " ",
  ),
];

/** Images that choose each renderer. */
const MACHINES = {
  eni: { distro: "debian", programs: IFUPDOWN },
  netplan: { distro: "ubuntu", programs: ["netplan"], files: NETPLAN_BINDING, packages: { netplan: "1.1.2" } },
  networkd: { distro: "photon", programs: ["ip", "systemctl"], files: { "/bin/systemctl": { mode: 0o755 } } },
  sysconfig: {
    distro: "rhel",
    programs: ["ifup", "ifdown"],
    files: { "/etc/sysconfig/network-scripts/network-functions": "", "/etc/sysconfig/network-scripts/ifdown-eth": "" },
  },
  suse: {
    distro: "opensuse",
    programs: ["ifup", "ifdown"],
    files: { "/etc/sysconfig/network/scripts/functions.common": "" },
  },
  "network-manager": {
    distro: "fedora",
    programs: ["nmcli"],
    files: { "/etc/NetworkManager/NetworkManager.conf": "" },
  },
} as const;
const machineNames = Object.keys(MACHINES) as (keyof typeof MACHINES)[];

/** A network configuration through a boot. */
const network: Target = {
  name: "network",
  cost: 15,
  make: (random) => {
    const made = random.chance(2) ? yamlOf(networkConfig(random), random).trimStart() : random.pick(configurations);
    const material = { texts: configurations, words: WORDS };
    return {
      "@machine": random.pick(machineNames),
      "@version": random.pick(["18.5", "20.4", "22.4", "25.1", "26.2"]),
      text: random.chance(6) ? made : mutateText(made, random, material),
    };
  },
  run: (input, checks) => {
    const machine = MACHINES[input["@machine"] as keyof typeof MACHINES];
    const { node, error } = parseYaml(String(input.text), "network-config");
    if (error !== undefined || node?.type !== "mapping") return undefined;
    const result = networkBoot({ ...machine, version: String(input["@version"]), networkConfig: String(input.text) });
    checks.printed("text", planText(imageFacts(result.before, result), result, { color: false, width: 80 }));
    return result.changes.map(({ path }) => path);
  },
};

const since = (version: string) => (wanted: string) => versionAtLeast(version, wanted);

const libnetplan = textTarget(
  "libnetplan",
  { cost: 3, texts: textsIn(`test/${CASES}/version2.json`, "config"), words: WORDS },
  (text) => {
    const { node } = parseYaml(text, "x.yaml");
    if (node === undefined) return undefined;
    const root = new Map([["network", fromNode(node)]]);
    return unless([Raises, CannotTell], () => [rewriteWithLibnetplan(root, since("1.1")), dumpYaml(root)]);
  },
);

/** network_data.json as OpenStack gives it. */
export const networkDataTexts = recordedCases<{ data: unknown }[]>(`${CASES}/networkData.json`).map(({ data }) =>
  JSON.stringify(data, null, 1),
);

const networkData = textTarget("network-data", { cost: 2, texts: networkDataTexts, words: WORDS }, (text) => {
  const { node } = parseYaml(text, "network_data.json");
  return node === undefined
    ? undefined
    : unless([Raises, CannotTell], () => fromNetworkData(fromNode(node), since("26.2")));
});

const INTERFACES = [
  "auto lo eth0\niface lo inet loopback\niface eth0 inet static\n  address 192.0.2.1\n  netmask 255.255.255.0\n  gateway 192.0.2.254\n  dns-nameservers 192.0.2.53\n  post-up route add -net 198.51.100.0/24 gw 192.0.2.1 || true\niface eth0 inet6 dhcp\n",
  "iface bond0 inet manual\n  bond-slaves eth0 eth1\n  bridge_ports none\n  hwaddress ether 00:11:22:33:44:55\n  mtu 1500\n",
];

const eni = textTarget(
  "eni",
  { texts: INTERFACES, words: ["iface ", "auto ", "inet", "bond-", "source ", "bridge_pathcost eth0 5\n"] },
  (text) => unless([Raises, CannotTell], () => readInterfacesFile(text)),
);

const ADDRESSES = [
  "192.0.2.1/24",
  "2001:db8::1/64",
  "::ffff:192.0.2.1",
  "fe80::1%eth0",
  "10.0.0.0/255.0.0.0",
  "0.0.0.0",
];

const addresses = textTarget("ip-address", { texts: ADDRESSES, words: [":", "::", ".", "/", "%"] }, (text) => [
  parseIpv4(text),
  parseIpv6(text),
  parseNetwork(text),
  contains(text, "192.0.2.1"),
]);

/** What is written as YAML reads back as it was. */
const scalars = textTarget(
  "yaml-scalar",
  { texts: ["a: b", "é\n x", "0644", "yes", "'a' \"b\"", "a\tb ", "12:30"] },
  (text, checks) => {
    if (text.length > 3000 || /[\ud800-\udfff\ufeff]/.test(text)) return undefined;
    const written = writeString(text, { column: 2, indent: 2, isKey: false });
    const { node } = parseYaml(`a: ${written}\n`, "x");
    const value = node?.type === "mapping" ? node.children[0]?.value : undefined;
    checks.holds(value?.type === "scalar" && value.value === text, `YAML reads back as something else`);
    return written;
  },
);

/** What reads and writes network configurations. */
export const networkTargets: readonly Target[] = [network, libnetplan, networkData, eni, addresses, scalars];
