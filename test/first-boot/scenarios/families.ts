import { FAMILIES, type FamilyName, family } from "../family.ts";
import { keys, plain, type Scenario, type Suite, team, userData } from "../scenario.ts";
import { configs } from "./network.ts";

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
      ...team(
        "ssh_pwauth: true\nfqdn: web1.example.com\nhostname: web1\nmanage_etc_hosts: true\nlocale: de_DE.UTF-8\ntimezone: Europe/Berlin\n",
      ),
      [sshdConfig]: "Port 22\nPermitRootLogin no\nPasswordAuthentication no\nX11Forwarding no\n",
    },
    seed: plain,
  },
  {
    name: "host-localhost",
    files: team("hostname: web2\nmanage_etc_hosts: localhost\nprefer_fqdn_over_hostname: false\nssh_pwauth: false\n"),
    seed: userData("fqdn: web2.example.org\nssh_deletekeys: false\n"),
  },
  { name: "ntp", files: team("ntp:\n  servers: [192.0.2.123]\n  pools: [pool.example.com]\n"), seed: plain },
  {
    name: "ntp-chrony",
    files: team(
      'ntp:\n  ntp_client: chrony\n  servers: [192.0.2.123]\n  config: {template: "## template:jinja\\nserver {{ servers[0] }} iburst\\n"}\n',
    ),
    seed: plain,
  },
  { name: "repositories", files: team(repositories), seed: plain },
  {
    name: "accounts",
    files: team(
      `groups: [operators, {auditors: [alice]}]
users:
  - default
  - name: alice
    groups: [operators, wheel]
    sudo: ["ALL=(ALL) ALL"]
    ssh_authorized_keys: ["${keys.alice}"]
  - name: bob
    lock_passwd: false
    doas: ["permit nopass bob"]
`,
    ),
    seed: { "meta-data": `instance-id: i-0001\npublic-keys: ["${keys.bob}"]\n` },
  },
];

/** What the cloud says of the network; without anything it is DHCP on the first interface. */
const launches: Scenario[] = [
  { name: "network-fallback", seed: plain },
  ...Object.entries(configs).map(([name, config]) => ({
    name: `network-${name}`,
    seed: { ...plain, "network-config": config },
  })),
];

/** Other distributions' configurations, classes and programs in Debian's roots. */
export const families: Scenario[] = names.flatMap((name) => {
  const suites = ["azurelinux", "openeuler", "gentoo"].includes(name) ? latest : later;
  const of = ({ name: what, files, seed }: Scenario, network: Scenario["files"]): Scenario => ({
    name: `${name}-${what}`,
    suites,
    files: family(name, { ...network, ...files }),
    seed,
  });
  return [...boots.map((boot) => of(boot, noNetwork)), ...launches.map((launch) => of(launch, {}))];
});
