import { describe, expect, test } from "vitest";
import type { BootResult } from "../../../src/boot/boot.ts";
import { defaultUpdateEvents } from "../../../src/boot/cloud/updateEvents.ts";
import { libraryOf } from "../../../src/distro/library/library.ts";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";
import { textAfter } from "../firstBoot.ts";
import { LIBRARY, networkBoot } from "../network/networkBoot.ts";

// The libraries are our own: they contain only the lines by which a distribution's cloud-init differs.
const lib = (file: string, code: string): Record<string, MemoryFile> => ({ [`${LIBRARY}/${file}`]: code });

const STATIC = `version: 1
config:
  - type: physical
    name: eth0
    subnets: [{type: static, address: 192.0.2.10/24, gateway: 192.0.2.1, dns_nameservers: [192.0.2.2]}]
  - {type: nameserver, address: 192.0.2.3}
`;
const SCRIPTS = { "/etc/sysconfig/network-scripts/network-functions": "" };

const rendererOf = ({ modules }: BootResult) => {
  const why = modules.find(({ name }) => name === "network")?.why;
  return why?.code === "network-rendered" ? why.renderer : why?.code;
};

describe("the sysconfig renderer is available", () => {
  const suse = (version: string, code: string, paths: readonly string[]) =>
    rendererOf(
      networkBoot({
        version,
        distro: "opensuse-leap",
        programs: ["ifup", "ifdown"],
        files: { ...lib("net/sysconfig.py", code), ...Object.fromEntries(paths.map((path) => [path, ""])) },
        networkConfig: STATIC,
      }),
    );
  const WICKED = "/etc/sysconfig/network/scripts/functions.netconfig";

  test("where SUSE looks for it", () => {
    const oneLine = "def available():\n    expected_paths = ['etc/sysconfig/network/scripts/functions.netconfig']\n";
    const list = 'expected_paths = [\n    "etc/sysconfig/network/scripts/functions.netconfig",\n]\n';
    for (const [version, code] of [
      ["21.2", oneLine],
      ["25.1", list],
    ] as const) {
      expect(suse(version, code, [WICKED])).toBe("sysconfig");
      expect(suse(version, code, ["/etc/sysconfig/config"])).toBe("no-renderer");
    }
    expect(suse("25.1", "", [WICKED])).toBe("no-renderer");
    expect(suse("25.1", "expected_paths = [PATH]\n", ["/etc/sysconfig/config"])).toBe("sysconfig");
  });

  test("rebuilds add themselves to the distributions with sysconfig files", () => {
    const rebuild = (distro: string, code: string) =>
      rendererOf(
        networkBoot({
          version: "21.1",
          distro,
          programs: ["ifup", "ifdown"],
          files: { "/etc/sysconfig/network-scripts/network-functions": "", ...lib("net/sysconfig.py", code) },
          networkConfig: STATIC,
        }),
      );
    const list = "KNOWN_DISTROS = [\n    'almalinux', 'centos',\n    'rhel',\n]\n";
    expect(rebuild("almalinux", list)).toBe("sysconfig");
    expect(rebuild("rocky", list)).not.toBe("sysconfig");
    expect(rebuild("almalinux", "KNOWN_DISTROS = known()\n")).not.toBe("sysconfig");
    expect(rebuild("rhel", "")).toBe("sysconfig");
  });

  test("where Red Hat's 23.1.1 looks for NetworkManager's plugin", () => {
    const plugin = { "/usr/lib64/NetworkManager/1.44/libnm-settings-plugin-ifcfg-rh.so": "" };
    const looking =
      'def available(target=None):\n    pass\nX = "usr/lib*/NetworkManager/*/libnm-settings-plugin-ifcfg-rh.so"\n';
    const redHat = (version: string, code: string) =>
      rendererOf(
        networkBoot({
          version,
          distro: "rhel",
          programs: [],
          files: { ...plugin, ...lib("net/sysconfig.py", code) },
          networkConfig: STATIC,
        }),
      );
    expect(redHat("23.1.1", looking)).toBe("sysconfig");
    expect(redHat("23.1.1", "")).toBe("no-renderer");
    expect(redHat("23.4", "def available(target=None):\n    # libnm-settings-plugin-ifcfg-rh\n    pass\n")).toBe(
      "no-renderer",
    );
    expect(redHat("23.4", "")).toBe("sysconfig");
  });
});

test("lines of /etc/sysconfig/network are kept above, below or not at all", () => {
  const before = "GATEWAYDEV=eth0\nNETWORKING=no\n# of the installer\n";
  const own = "# Created by cloud-init automatically, do not edit.\n#\nNETWORKING=yes\n";
  const result = (version: string, code: string, network: string | undefined) =>
    textAfter(
      networkBoot({
        version,
        distro: "rhel",
        programs: ["ifup", "ifdown"],
        files: {
          ...SCRIPTS,
          ...lib("net/sysconfig.py", code),
          ...(network === undefined ? {} : { "/etc/sysconfig/network": network }),
        },
        networkConfig: STATIC,
      }),
      "/etc/sysconfig/network",
    );
  const above =
    "def render():\n            netcfg = []\n            for line in util.load_file(sysconfig_path, quiet=True).split('\\n'):\n                netcfg.append(line)\n";
  const below =
    "def render():\n            netcfg = [HEADER]\n            for line in util.load_text_file(sysconfig_path).splitlines():\n                netcfg.append(line)\n";
  expect(result("23.4", above, before)).toBe(`GATEWAYDEV=eth0\n# of the installer\n\n${own}`);
  expect(result("23.4", above, `OWN=1\n${own}LATER=1\n`)).toBe(`OWN=1\n${own}`);
  expect(result("23.4", above, undefined)).toBe(`\n${own}`);
  expect(result("24.4", below, before)).toBe(`${own}GATEWAYDEV=eth0\n# of the installer\n`);
  expect(result("24.4", "", before)).toBe(own);
  expect(result("25.1", "", before)).toContain("GATEWAYDEV");
  expect(result("25.1", "def render():\n            netcfg = [HEADER]\n", before)).toBe(own);
});

test("SUSE replaces a link /etc/resolv.conf by a file", () => {
  const result = (code: string) =>
    networkBoot({
      version: "23.3",
      distro: "opensuse-leap",
      programs: ["ifup", "ifdown"],
      files: {
        ...lib("net/sysconfig.py", code),
        "/etc/sysconfig/config": "",
        "/etc/resolv.conf": { link: "/run/netconfig/resolv.conf" },
      },
      networkConfig: STATIC,
    });
  const kind = ({ after }: BootResult) => after.lstat("/etc/resolv.conf")?.kind;
  expect(kind(result("if os.path.islink(dns_path):\n    os.unlink(dns_path)\n"))).toBe("file");
  expect(kind(result(""))).toBe("symlink");
});

test("netplan's default routes are named or, on Ubuntu 20.04, spelt out", () => {
  const networkConfig = `version: 1
config:
  - type: physical
    name: eth0
    subnets:
      - {type: static, address: 192.0.2.10/24, gateway: 192.0.2.1}
      - {type: static, address: "2001:db8::2/64", gateway: "2001:db8::1"}
`;
  const text = (code: string) =>
    textAfter(
      networkBoot({
        version: "24.4",
        distro: "ubuntu",
        programs: ["netplan"],
        files: lib("net/netplan.py", code),
        networkConfig,
      }),
      "/etc/netplan/50-cloud-init.yaml",
    );
  const old = text('x = {"to": "::/0" if ":" in subnet["gateway"] else "0.0.0.0/0"}\n');
  expect(old).toContain("to: 0.0.0.0/0");
  expect(old).toContain("to: ::/0");
  expect(old).not.toContain("to: default");
  for (const code of ["", 'x = {"to": "default"}\n']) expect(text(code)?.match(/to: default/g)).toHaveLength(2);
});

test("SUSE writes routes to ifroute files up to 23.3", () => {
  const files = (code: string, networkConfig: string) => {
    const { changes, after } = networkBoot({
      version: "23.3",
      distro: "opensuse-leap",
      programs: ["ifup", "ifdown"],
      files: { "/etc/sysconfig/config": "", ...lib("distros/opensuse.py", code) },
      networkConfig,
    });
    const paths = changes.map(({ path }) => path).filter((path) => /ifroute-|network\/routes$/.test(path));
    return paths.map((path) => `${path.replace("/etc/sysconfig/network/", "")}: ${after.read(path)}`);
  };
  const early = "class Distro(distros.Distro):\n    def _write_routes_v1(self, netconfig):\n        pass\n";
  const late = `${early}        seen_default_gateway = None\n`;
  const version1 = `version: 1
config:
  - type: physical
    name: eth0
    subnets:
      - type: static
        address: 192.0.2.10/24
        gateway: 192.0.2.1
        routes:
          - {network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.0.2.9}
          - {network: 0.0.0.0, netmask: 0.0.0.0, gateway: 192.0.2.1}
          - {network: 0.0.0.0, netmask: 0.0.0.0, gateway: 192.0.2.2}
`;
  const first = "ifroute-eth0: default 192.0.2.1 - -\n10.0.0.0/8 192.0.2.9 - -\n";
  expect(files(early, version1)).toEqual([first]);
  expect(files(late, version1)).toEqual([`${first}default 192.0.2.2 - -\n`]);
  expect(files("", version1)).toEqual([]);
  const version2 = `version: 2
ethernets:
  eth0:
    addresses: [192.0.2.10/24]
    gateway4: 192.0.2.1
    routes: [{to: 10.0.0.0/8, via: 192.0.2.9, metric: 3}]
  eth1: {dhcp4: true}
`;
  expect(files(late, version2)).toEqual(["ifroute-eth0: default 192.0.2.1 - -\n10.0.0.0/8 192.0.2.9 - - metric 3\n"]);
});

test("renderers are those of the library", () => {
  const renderers = (code: string) =>
    networkBoot({
      version: "25.1",
      distro: "gentoo",
      programs: ["ifup", "ifdown", "ifquery", "netplan"],
      files: lib("net/renderers.py", code),
      networkConfig: STATIC,
    });
  const code = 'NAME_TO_RENDERER = {"eni": eni, "netplan": netplan}\nDEFAULT_PRIORITY = ["netplan", "eni"]\n';
  expect(rendererOf(renderers(code))).toBe("netplan");
  for (const other of ["", 'NAME_TO_RENDERER = load()\nDEFAULT_PRIORITY = ["netplan"]\n'])
    expect(rendererOf(renderers(other))).toBe("eni");
});

describe("the events of a datasource", () => {
  const events = (version: string, datasource: string | undefined, files: Record<string, MemoryFile>) => {
    const library = libraryOf(memoryImage(files), { version, disabled: undefined, library: LIBRARY });
    const found = defaultUpdateEvents({ library, version }, datasource);
    return found && [...found].sort();
  };
  const NEW = ["boot-new-instance"];
  const base = lib(
    "sources/__init__.py",
    "class DataSource:\n    default_update_events = {\n        EventScope.NETWORK: {\n            EventType.BOOT_NEW_INSTANCE,\n        }\n    }\n",
  );
  const ec2 = (body: string) => lib("sources/DataSourceEc2.py", `class DataSourceEc2(sources.DataSource):\n${body}`);
  const HOTPLUG =
    "    default_update_events = {\n        EventScope.NETWORK: {\n            EventType.BOOT_NEW_INSTANCE,\n            EventType.HOTPLUG,\n        }\n    }\n";

  test("are those of its class, else of its parent", () => {
    expect(events("26.1", "Ec2", ec2('    dsname = "Ec2"\n'))).toEqual(NEW);
    expect(events("26.1", "Ec2", { ...base, ...ec2("    pass\n") })).toEqual(NEW);
    expect(events("23.4", "Ec2", ec2(HOTPLUG))).toEqual(["boot-new-instance", "hotplug"]);
    const child =
      "class DataSourceAliYun(EC2.DataSourceEc2):\n    def __init__(self):\n        self.default_update_events[EventScope.NETWORK].add(EventType.BOOT)\n";
    expect(events("24.1", "AliYun", { ...ec2(HOTPLUG), ...lib("sources/DataSourceAliYun.py", child) })).toEqual([
      "boot",
      "boot-new-instance",
      "hotplug",
    ]);
    const constant =
      "EVENTS = {\n    EventScope.NETWORK: {EventType.BOOT_NEW_INSTANCE, EventType.BOOT}\n}\n\nclass DataSourceVMware(sources.DataSource):\n    default_update_events = copy.deepcopy(EVENTS)\n";
    expect(events("25.2", "VMware", lib("sources/DataSourceVMware.py", constant))).toEqual(["boot", ...NEW]);
  });

  test("are upstream's where the library does not say", () => {
    expect(events("26.1", "Ec2", {})).toEqual(["boot-new-instance", "hotplug"]);
    expect(events("23.4", "Ec2", {})).toEqual(NEW);
    expect(events("26.1", "Ec2", ec2("    default_update_events = computed()\n"))).toEqual([
      "boot-new-instance",
      "hotplug",
    ]);
    expect(events("25.1", "Azure", {})).toEqual(["boot", "boot-new-instance"]);
    expect(events("21.2", "Azure", ec2("    pass\n"))).toEqual(["boot", "boot-legacy", "boot-new-instance"]);
    expect(events("26.1", undefined, {})).toBeUndefined();
    const loop = "class DataSourceEc2(X.DataSourceEc2):\n    pass\n";
    expect(events("26.1", "Ec2", lib("sources/DataSourceEc2.py", loop))).toEqual(["boot-new-instance", "hotplug"]);
  });
});

describe("what the cloud provides", () => {
  const networkData = `
links:
  - {id: tap1, type: phy, name: eth0, ethernet_mac_address: "00:00:5E:00:53:01"}
  - {id: tap2, type: phy, name: eth1, ethernet_mac_address: "00:00:5e:00:53:02"}
  - {id: b1, name: wan, type: bond, bond_links: [tap1, tap2], ethernet_mac_address: "00:00:5e:00:53:01", bond_mode: 802.3ad}
networks: [{id: n1, link: b1, type: ipv4_dhcp}]
services: []
`;
  const openstack = (version: string, files: Record<string, MemoryFile>, config = "", data = networkData) =>
    networkBoot({
      version,
      distro: "ubuntu",
      programs: ["netplan"],
      config,
      files,
      metaData: "",
      networkData: data,
      datasource: "OpenStack",
    });
  const netplanOf = (result: BootResult) => textAfter(result, "/etc/netplan/50-cloud-init.yaml") ?? "";
  const conversion = "def convert_net_json(network_json=None, known_macs=None):\n            pass\n";

  test("bonds keep their names since 26.1, but not where Ubuntu reverts that", () => {
    const reverted = lib(
      "sources/helpers/openstack.py",
      `${conversion}            link_name = bond_name_fmt % bond_number\n`,
    );
    const named = lib(
      "sources/helpers/openstack.py",
      `${conversion}            if cfg.get("name") is None:\n                link_name = bond_name_fmt % bond_number\n`,
    );
    expect(netplanOf(openstack("26.1", {}))).toContain("wan:");
    expect(netplanOf(openstack("26.1", reverted))).toContain("bond0:");
    expect(netplanOf(openstack("25.1", {}))).toContain("bond0:");
    expect(netplanOf(openstack("25.1", named))).toContain("wan:");
  });

  test("links are named by their IDs, without MAC addresses, on Azure Linux", () => {
    const data = `
links: [{id: tap1, type: phy, ethernet_mac_address: "00:00:5E:00:53:01"}]
networks: [{id: n1, link: tap1, type: ipv4_dhcp}]
services: []
`;
    const byId = lib("sources/helpers/openstack.py", `${conversion}            cfg["name"] = link["id"]\n`);
    const named = netplanOf(openstack("24.3", byId, "", data));
    expect(named).toContain("tap1:");
    expect(named).not.toContain("00:00:5e:00:53:01");
    const upstream = netplanOf(openstack("24.3", {}, "", data));
    expect(upstream).toContain("00:00:5e:00:53:01");
    expect(upstream).not.toContain("bond0");
  });

  test("OpenStack configures the network, on Ubuntu 18.04 only if asked to", () => {
    const off = lib(
      "sources/DataSourceOpenStack.py",
      'if util.is_false(self.ds_cfg.get("apply_network_config", False)):\n    pass\n',
    );
    expect(netplanOf(openstack("23.1", {}))).toContain("bond0");
    expect(netplanOf(openstack("23.1", off))).not.toContain("bond0");
    expect(netplanOf(openstack("23.1", off, "datasource: {OpenStack: {apply_network_config: true}}\n"))).toContain(
      "bond0",
    );
  });

  test("EC2's further addresses, on Ubuntu 18.04 only if asked for", () => {
    const metaData = `network:
  interfaces:
    macs:
      "00:00:5e:00:53:01": {local-ipv4s: [192.0.2.5, 192.0.2.6], subnet-ipv4-cidr-block: 192.0.2.0/24}
`;
    const text = (code: string, config = "") =>
      textAfter(
        networkBoot({
          version: "23.1",
          distro: "ubuntu",
          programs: ["netplan"],
          config: `datasource_list: [Ec2]\n${config}`,
          files: lib("sources/DataSourceEc2.py", code),
          metaData,
          datasource: "Ec2",
        }),
        "/etc/netplan/50-cloud-init.yaml",
      ) ?? "";
    const off = 'util.get_cfg_option_bool(\n    self.ds_cfg, "apply_full_imds_network_config", False\n)\n';
    expect(text("")).toContain("192.0.2.6");
    expect(text(off)).toContain("dhcp4: true");
    expect(text(off)).not.toContain("192.0.2.6");
    const asked = "datasource: {Ec2: {apply_full_imds_network_config: true}}\n";
    expect(text(off, asked)).toContain("192.0.2.6");
  });
});
