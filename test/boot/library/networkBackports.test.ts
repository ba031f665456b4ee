import { expect, test } from "vitest";
import { textAfter } from "../firstBoot.ts";
import { LIBRARY, networkBoot } from "../network/networkBoot.ts";

// Red Hat carries changes of the network code into older releases. The libraries are our own: they contain only the
// lines by which these changes are known.
const lib = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, code]) => [`${LIBRARY}/${file}`, code]));

const DNS = `version: 1
config:
  - type: physical
    name: eth0
    subnets:
      - {type: dhcp6}
      - {type: static, address: 192.0.2.10/24, metric: 42, dns_search: [only.example], routes: [{network: "2001:db8::", prefix: 32, gateway: "fe80::1"}]}
  - {type: nameserver, address: 192.0.2.99, interface: eth0}
`;
const MODERN_STATE = `class NetworkStateInterpreter:
    def handle_ethernets(self, command):
        cmd = {"config_id": eth}

    def parse(self):
        iface["dns"] = {
            "nameservers": nameservers,
        }

    def _v2_common(self, cfg):
        self._handle_individual_nameserver(cmd, iface)
`;
const OLD_STATE = MODERN_STATE.replace('"config_id"', '"id"').replace('"nameservers": ', '"addresses": ');

test("the sysconfig renderer of Red Hat's 23.4 has changes of 24.1 to 24.4", () => {
  const code = (dns: string, manager: string, metric: string) => `class Renderer:
    def _render_dns(state):
        ${dns}

    def _render_networkmanager_conf(state):
        ${manager}

    def _render_addresses(subnet):
        config["${metric}"] = subnet["metric"]
`;
  const result = (library: Record<string, string>, networkConfig = DNS) =>
    networkBoot({
      version: "23.4",
      distro: "rhel",
      programs: ["ifup", "ifdown"],
      config: "system_info: {network: {renderers: [sysconfig]}}\n",
      files: { "/etc/sysconfig/network-scripts/network-functions": "", "/etc/resolv.conf": "", ...lib(library) },
      networkConfig,
    });
  const conf = "/etc/NetworkManager/conf.d/99-cloud-init.conf";
  const eth0 = "/etc/sysconfig/network-scripts/ifcfg-eth0";
  const later = result({
    "net/sysconfig.py": code('subnet["dns_nameservers"]', 'subnet["dns_nameservers"]', "IPV4_ROUTE_METRIC"),
    "net/network_state.py": MODERN_STATE,
  });
  expect(textAfter(later, "/etc/resolv.conf")).toContain("nameserver 192.0.2.99\nsearch only.example\n");
  expect(textAfter(later, conf)).toContain("dns = none");
  expect(textAfter(later, eth0)).toContain("IPV4_ROUTE_METRIC=42\n");
  const upstream = result({
    "net/sysconfig.py": code("pass", "pass", "METRIC"),
    "net/network_state.py": OLD_STATE,
  });
  expect(textAfter(upstream, "/etc/resolv.conf")).toBe("");
  expect(textAfter(upstream, conf)).toBeUndefined();
  expect(textAfter(upstream, eth0)).toContain("\nMETRIC=42\n");
});

test("version 2: interfaces by their IDs, and name servers of one device for all", () => {
  const v2 = `version: 2
ethernets:
  lan: {match: {name: ens1}, set-name: lan0, nameservers: {addresses: [192.0.2.1]}, addresses: [192.0.2.9/24]}
bridges:
  br0: {interfaces: [lan]}
`;
  const shared = "        self.handle_nameserver(name_cmd)\n        self._handle_individual";
  const result = (state: string) =>
    networkBoot({
      version: "23.4",
      distro: "rhel",
      programs: ["ifup", "ifdown"],
      config: "system_info: {network: {renderers: [sysconfig]}}\n",
      files: {
        "/etc/sysconfig/network-scripts/network-functions": "",
        "/etc/resolv.conf": "",
        ...lib({ "net/network_state.py": state }),
      },
      networkConfig: v2,
    });
  const byId = result(MODERN_STATE);
  expect(textAfter(byId, "/etc/sysconfig/network-scripts/ifcfg-lan0")).toContain("BRIDGE=br0\n");
  expect(textAfter(byId, "/etc/resolv.conf")).toBe("");
  const forAll = result(MODERN_STATE.replace("        self._handle_individual", shared));
  expect(textAfter(forAll, "/etc/resolv.conf")).toContain("nameserver 192.0.2.1\n");
});

test("NetworkManager's profiles of Red Hat's 23.1.1 and 23.4 have later changes", () => {
  const result = (version: string, code: string, hasConfig = true) =>
    networkBoot({
      version,
      distro: "rhel",
      programs: ["nmcli"],
      config: "system_info: {network: {renderers: [network-manager]}}\n",
      files: {
        ...(hasConfig ? { "/etc/NetworkManager/NetworkManager.conf": "[main]\n" } : {}),
        "/etc/systemd/system/multi-user.target.wants/NetworkManager.service": "",
        ...lib({ "net/network_manager.py": code, "net/network_state.py": MODERN_STATE }),
      },
      networkConfig: DNS.replace("dhcp6}", 'static6, address: "2001:db8::5/64"}'),
    });
  const profile = "/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection";
  const mode = "/etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen-mode.conf";
  const methods = (more: string) => `class NMConnection:
    def _set_ip_method(self, family, subnet_type):
        method_map = {"static": "manual", ${more}"dhcp": "auto"}

`;
  const old = `${methods("")}    def render_interface(self, iface, renderer):
        origin = "org.freedesktop.NetworkManager.origin"

    def _add_route(self, family, route):
        name = f"cloud-init-{con_id}.nmconnection"
`;
  const before = textAfter(result("23.1.1", old), profile)!;
  expect(before).not.toContain("autoconnect-priority");
  expect(before).toContain("[ipv6]\nmethod=auto\nmay-fail=true\n");
  expect(before).not.toContain("dns=192.0.2.99;");
  expect(textAfter(result("23.1.1", old), mode)).toBeUndefined();

  const later = result(
    "23.1.1",
    `${methods('"static6": "manual", ')}    def render_interface(self, iface, network_state, renderer):
        config["autoconnect-priority"] = "120"
        name = "30-cloud-init-ip6-addr-gen-mode.conf"

    def _add_route(self, route):
        pass

    def _set_mayfail_true_if_both_false_dhcp(self):
        pass
`,
  );
  const text = textAfter(later, profile)!;
  expect(text).toContain("autoconnect-priority=120\n");
  expect(text).toContain("[ipv6]\nmethod=manual\nmay-fail=false\n");
  expect(text).toContain("dns=192.0.2.99;");
  expect(text).toMatch(/\[ipv6\][^[]*route1=2001:db8::\/32,fe80::1/);
  expect(textAfter(later, mode)).toContain("ipv6.addr-gen-mode=0");

  // SUSE's 23.3 does not need NetworkManager's configuration file.
  const available = (code: string) => `${old}def available(target=None):\n    return ${code}\n`;
  expect(textAfter(result("23.3", available("bool(nmcli_present) and service_active"), false), profile)).toBeDefined();
  expect(
    textAfter(result("23.3", available("config_present and bool(nmcli_present)"), false), profile),
  ).toBeUndefined();
});

test("the network without configuration asks for IPv6 where the library does", () => {
  const control = (code: string) =>
    textAfter(
      networkBoot({
        version: "23.4",
        distro: "rhel",
        programs: ["ifup", "ifdown"],
        config: "system_info: {network: {renderers: [sysconfig]}}\n",
        files: {
          "/etc/sysconfig/network-scripts/network-functions": "",
          ...lib({ "net/__init__.py": `def generate_fallback_config(driver=None):\n    cfg = {${code}}\n` }),
        },
        metaData: "instance-id: i-1\n",
      }),
      "/etc/sysconfig/network",
    );
  expect(control('"dhcp4": True, "dhcp6": True')).toContain("NETWORKING_IPV6=yes\n");
  expect(control('"dhcp4": True')).not.toContain("NETWORKING_IPV6");
});
