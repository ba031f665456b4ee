import { FAMILIES, type FamilyName, family } from "../family.ts";
import { keys, plain, type Scenario, type Suite, team, userData } from "../scenario.ts";
import { configs } from "./network.ts";
import { certificate } from "./system.ts";

const later: readonly Suite[] = ["bookworm", "trixie", "sid"];
/** cloud-init 22.4 has no class for two of them, and asks systemd for a path as if it were Gentoo's ssh service. */
const latest: readonly Suite[] = ["trixie", "sid"];
const names: readonly FamilyName[] = Object.keys(FAMILIES) as FamilyName[];
const noNetwork = { "/etc/cloud/cloud.cfg.d/10-network.cfg": "network: {config: disabled}\n" };
const sshdConfig = "/etc/ssh/sshd_config";

const repositories = `yum_repos:
  epel-testing:
    name: Extra packages
    baseurl: https://mirror.example.com/epel/$releasever
    enabled: false
    gpgcheck: true
    failovermethod: priority
  no-url: {name: without an address}
yum_repo_dir: /etc/yum.repos.d
zypper:
  repos:
    - {id: team, name: Team, baseurl: "https://mirror.example.com/suse/", enabled: 1, autorefresh: 1}
  config: {download.use_deltarpm: true}
apk_repos:
  alpine_repo: {version: v3.20, community_enabled: true}
  local_repo_base_url: https://mirror.example.com/alpine
`;

/** What every distribution boots. */
const boots: Scenario[] = [
  { name: "stock", seed: plain },
  {
    name: "host",
    files: {
      ...team(`ssh_pwauth: true
fqdn: web1.example.com
hostname: web1
manage_etc_hosts: true
locale: de_DE.UTF-8
timezone: Europe/Berlin
`),
      [sshdConfig]: "Port 22\nPermitRootLogin no\nPasswordAuthentication no\nX11Forwarding no\n",
    },
    seed: plain,
  },
  {
    name: "localhost",
    files: team(`hostname: web2
manage_etc_hosts: localhost
prefer_fqdn_over_hostname: false
ssh_pwauth: false
ntp: {servers: [192.0.2.123], pools: [pool.example.com]}
${repositories}`),
    seed: userData("fqdn: web2.example.org\nssh_deletekeys: false\n"),
  },
  {
    name: "accounts",
    files: team(`groups: [operators, {auditors: [alice]}]
users:
  - default
  - name: alice
    groups: [operators, wheel]
    sudo: ["ALL=(ALL) ALL"]
    ssh_authorized_keys: ["${keys.alice}"]
  - name: bob
    lock_passwd: false
    doas: ["permit nopass bob"]
ntp:
  ntp_client: chrony
  servers: [192.0.2.123]
  config: {template: "## template:jinja\\nserver {{ servers[0] }} iburst\\n"}
`),
    seed: { "meta-data": `instance-id: i-0001\npublic-keys: ["${keys.bob}"]\n` },
  },
  {
    name: "machine",
    files: {
      ...team(`ca_certs: {trusted: [${JSON.stringify(certificate)}]}
updates: {network: {when: [boot, hotplug]}}
keyboard: {layout: de, variant: nodeadkeys}
manage_resolv_conf: true
resolv_conf: {nameservers: [192.0.2.53]}
locale: false
create_hostname_file: false
hostname: web3
ssh_pwauth: true
packages: [htop]
package_update: true
`),
      "/usr/bin/udevadm": { content: "#!/bin/sh\n", mode: "755" },
      "/usr/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n",
      [sshdConfig]: { remove: true },
    },
    commands: ["groupadd --system ssh_keys"],
    seed: userData("chpasswd: {expire: false, users: [{name: root, password: secret, type: text}]}\n"),
  },
  {
    // As the hardened images in fixtures/ are.
    name: "hardened",
    files: {
      ...team(`ssh_pwauth: true
manage_etc_hosts: true
locale: de_DE.UTF-8
timezone: Europe/Berlin
ntp: {}
${repositories}`),
      [sshdConfig]: "PermitRootLogin no\nPasswordAuthentication no\n",
      "/etc/hosts": "127.0.0.1 localhost\n10.0.0.5 registry.internal\n",
      "/etc/locale.conf": "LANG=en_GB.UTF-8\n",
      "/etc/chrony.conf": "server ntp1.internal iburst\n",
      "/etc/chrony/chrony.conf": { remove: true },
      "/etc/zypp/zypp.conf": "[main]\nsolver.onlyRequires = true\n",
      "/etc/apk/repositories": "http://mirror.internal/alpine/v3.20/main\n",
      "/etc/yum.repos.d/epel-testing.repo": "[epel-testing]\nname=Ours\nbaseurl=http://mirror.internal/epel/\n",
    },
    seed: plain,
  },
];

/** What the cloud says of the network; without anything it is DHCP on the first interface. */
const launches: Scenario[] = [
  { name: "network-fallback", seed: plain },
  ...(["v1", "v2", "bond"] as const).map((name) => ({
    name: `network-${name}`,
    seed: { ...plain, "network-config": configs[name] },
  })),
];

/** Other releases of a family: network-scripts up to RHEL 8, NetworkManager since SLES 16, Amazon's ec2-net-utils. */
const releases: Scenario[] = [
  { name: "rhel-network-scripts", files: family("rhel", {}, ["sysconfig"]) },
  { name: "rocky-network-scripts-beside-networkmanager", files: family("rocky", {}, ["sysconfig", "network-manager"]) },
  { name: "sles-networkmanager", files: family("sles", {}, ["network-manager"]) },
  {
    name: "amazon-ec2-net-utils",
    files: family("amazon", {
      "/etc/sysconfig/network-scripts/ifcfg-eth1": "DEVICE=eth1\nBOOTPROTO=dhcp\nEC2SYNC=yes\n",
      "/etc/systemd/network/70-eth0.network.d/team.conf": "[Network]\nDNS=192.0.2.53\n",
      "/etc/cloud/cloud.cfg.d/02_amazon.cfg": "network: {config: disabled}\nrepo_upgrade: none\n",
      "/etc/cloud/cloud.cfg.d/10_aws_dnfvars.cfg":
        "write_metadata: [{path: /etc/dnf/vars/awsregion, data: [{identity: region}, default]}]\n",
    }),
  },
].map((scenario) => ({ ...scenario, suites: later, seed: { ...plain, "network-config": configs.v2 } }));

/** Other distributions' configurations, classes and programs in Debian's roots. */
const ofEach: Scenario[] = names.flatMap((name) => {
  const suites = ["azurelinux", "openeuler", "gentoo"].includes(name) ? latest : later;
  const of = (scenario: Scenario, network: Scenario["files"]): Scenario => ({
    ...scenario,
    name: `${name}-${scenario.name}`,
    suites,
    files: family(name, { ...network, ...scenario.files }),
  });
  return [...boots.map((boot) => of(boot, noNetwork)), ...launches.map((launch) => of(launch, {}))];
});

export const families: Scenario[] = [...ofEach, ...releases];
