import { describe, expect, it } from "vitest";
import { modules } from "../../../src/boot/modules/modules.ts";
import { oneOf } from "../../samples.ts";
import { firstBoot } from "../firstBoot.ts";

const ODD = [
  "~",
  "5",
  "1.5",
  "x",
  "''",
  "true",
  "2020-01-01",
  "[]",
  "[~]",
  "[5, x]",
  "[[1]]",
  "{}",
  "{a: ~}",
  "{1: {2: 3}}",
  "[{a: 1}]",
];

/** Keys within keys, each of which is given every odd value. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  ansible: [
    "install_method: distro, package_name: a, galaxy",
    "install_method: pip, package_name: a, pull",
    "setup_controller",
  ],
  apk_repos: ["alpine_repo", "preserve_repositories"],
  ca_certs: ["trusted", "remove_defaults"],
  chef: [
    "server_url: s, validation_name: v, directories",
    "server_url: s, validation_name: v, initial_attributes",
    "server_url",
  ],
  drivers: ["nvidia"],
  fan: ["config", "config: a, config_path"],
  growpart: ["mode", "devices", "ignore_growroot_disabled"],
  keyboard: ["layout", "layout: de, model"],
  landscape: ["client"],
  lxd: ["init", "preseed", "bridge"],
  mcollective: ["conf"],
  phone_home: ["url"],
  power_state: ["mode", "mode: halt, delay", "mode: halt, condition"],
  puppet: ["conf", "conf_file", "install: false, csr_attributes", "install: false, conf"],
  random_seed: ["file", "data", "data: x, encoding", "command"],
  resolv_conf: ["nameservers", "options"],
  rh_subscription: ["activation_key: a, org: b, add_pool", "activation_key: a, org: b, enable_repo"],
  rpi: ["interfaces", "enable_usb_gadget"],
  rsyslog: ["configs", "remotes", "config_dir", "service_reload_command", "configs: [a], config_filename"],
  salt_minion: ["conf", "grains", "config_dir", "public_key: a, private_key"],
  snap: ["assertions", "commands"],
  spacewalk: ["server"],
  ubuntu_pro: ["config", "token: a, enable", "features"],
  updates: ["network", "network: {}, storage"],
  wireguard: ["interfaces", "interfaces: [], readinessprobe"],
  yum_repos: ["repo"],
  zypper: ["repos", "repos: [{id: a, baseurl: b}], config"],
};

const configs = (key: string) => [
  ...ODD.map((value) => `${key}: ${value}\n`),
  ...(INNER[key] ?? []).flatMap((inner) => ODD.map((value) => `${key}: {${inner}: ${value}}\n`)),
];

const LAUNCHES = [
  ["20.4", "ubuntu"],
  ["26.2", "rhel"],
] as const;

/** A module that is given nonsense fails as the real one does, if it does: nothing else is thrown. */
describe("odd values", () => {
  it.each(modules.map((module) => [module.name, module] as const))("%s", (name, { keys }) => {
    for (const key of Object.keys(keys))
      for (const [lines, [version, distro]] of oneOf(
        29,
        configs(key).flatMap((lines) => LAUNCHES.map((launch) => [lines, launch] as const)),
      )) {
        const always = name === "resolv_conf" && key !== "manage_resolv_conf" ? "manage_resolv_conf: true\n" : "";
        const config = `system_info: {distro: ${distro}}\nunverified_modules: [${name}]\ncloud_config_modules: [${name}]\n${always}${lines}`;
        const metaData = "instance-id: i-1\n";
        expect(() => firstBoot({ version, config, metaData }), config).not.toThrow();
      }
  });
});
