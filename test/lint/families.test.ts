import { expect, test } from "vitest";
import { boot } from "../../src/boot/boot.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { lint, lintBooted } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { STOCK_CONFIGURATIONS } from "./stockFacts.ts";
import { stockFiles, stockSystem } from "./stockImages.ts";

type Files = Readonly<Record<string, MemoryFile>>;

/** One customised image of a family: what somebody changed, what the team's file asks for, and what the boot undoes. */
interface Family {
  /** ID and VERSION_ID of the stock configuration. */
  readonly name: string;
  readonly files: Files;
  readonly team: string;
  readonly renderer: string | undefined;
  /** Programs that restart services. */
  readonly commands: readonly string[];
  /** Rule, cause and lost settings of each finding above info. */
  readonly findings: readonly string[];
}

const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const LIBRARY = "/usr/lib/python3.9/site-packages/cloudinit";
const PROGRAM = { content: "#!/bin/sh\n", mode: 0o755 };
const CHRONYD = {
  "/usr/sbin/chronyd": PROGRAM,
  "/usr/lib/systemd/system/chronyd.service": "[Service]\n",
  "/etc/systemd/system/multi-user.target.wants/chronyd.service": { link: "/usr/lib/systemd/system/chronyd.service" },
};
const POOLS = "## template:jinja\n{% for pool in pools %}pool {{pool}} iburst\n{% endfor %}";
const DHCP = "network: {version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp}]}]}\n";
const IFCFG = "DEVICE=eth0\nBOOTPROTO=none\nIPADDR=192.0.2.10\n";
const KEYFILE =
  "[connection]\nid=lan\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=192.0.2.10/24\n";
const REPOSITORY = "[tools]\nname=Tools\nbaseurl=http://mirror.internal/\n";
const YUM = "yum_repos: {Tools: {name: Tools, baseurl: 'http://download.example.org/'}}\n";

const FAMILIES: readonly Family[] = [
  {
    // The scripts of initscripts, also beside NetworkManager; no module list has ntp.
    name: "rhel 7.9",
    files: { "/etc/sysconfig/network-scripts/ifcfg-eth0": IFCFG },
    team: DHCP,
    renderer: "sysconfig",
    commands: ["systemctl restart sshd"],
    findings: [`network-configuration-replaced ${TEAM}:2 /etc/sysconfig/network-scripts/ifcfg-eth0`],
  },
  {
    name: "rocky 8.10",
    files: { "/etc/sysconfig/network-scripts/ifcfg-eth0": IFCFG, "/usr/bin/dnf": PROGRAM },
    team: DHCP,
    renderer: "sysconfig",
    commands: ["systemctl restart sshd"],
    findings: [`network-configuration-replaced ${TEAM}:2 /etc/sysconfig/network-scripts/ifcfg-eth0`],
  },
  {
    // Keyfiles since ifcfg files have no plugin.
    name: "rhel 10.0",
    files: {
      "/etc/NetworkManager/system-connections/lan.nmconnection": { content: KEYFILE, mode: 0o600 },
      "/etc/chrony.conf": "server ntp1.internal iburst\n",
      "/etc/cloud/templates/chrony.conf.rhel.tmpl": POOLS,
      ...CHRONYD,
    },
    team: `${DHCP}ntp: {}\n`,
    renderer: "network-manager",
    commands: ["systemctl reload-or-restart chronyd"],
    findings: [
      `network-configuration-joined ${TEAM}:2 cloud-init-eth0.nmconnection`,
      `time-servers-replaced ${TEAM}:3 chrony servers`,
    ],
  },
  {
    // Its own package runs yum_add_repo; ec2-net-utils owns the network.
    name: "amzn 2",
    files: {
      "/etc/sysconfig/network-scripts/ifcfg-eth0": IFCFG,
      "/etc/sysconfig/network-scripts/ifcfg-eth1": "DEVICE=eth1\nBOOTPROTO=dhcp\nEC2SYNC=yes\n",
      "/etc/yum.repos.d/tools.repo": REPOSITORY,
    },
    team: YUM,
    renderer: undefined,
    commands: ["systemctl restart sshd"],
    findings: [`yum-repository-kept ${TEAM}:2`],
  },
  {
    name: "amzn 2023",
    files: {
      "/etc/systemd/network/70-eth0.network.d/team.conf": "[Network]\nDNS=192.0.2.53\n",
      "/etc/yum.repos.d/tools.repo": REPOSITORY,
    },
    team: YUM,
    renderer: undefined,
    commands: ["systemctl restart sshd"],
    findings: [`yum-repository-kept ${TEAM}:2`],
  },
  {
    // wicked reads ifcfg files in another directory.
    name: "sles 15.7",
    files: {
      "/etc/sysconfig/network/ifcfg-eth0": "STARTMODE='auto'\nBOOTPROTO='static'\nIPADDR='192.0.2.10/24'\n",
      "/etc/zypp/zypp.conf": "[main]\n",
      "/etc/zypp/repos.d/tools.repo": REPOSITORY,
      "/usr/bin/zypper": PROGRAM,
      [`${LIBRARY}/net/sysconfig.py`]:
        'def available(target=None):\n    expected_paths = ["etc/sysconfig/network/scripts/functions.netconfig"]\n',
    },
    team: `${DHCP}zypper: {repos: [{id: tools, name: Tools, baseurl: 'http://download.example.org/'}]}\n`,
    renderer: "sysconfig",
    commands: ["systemctl restart sshd.service"],
    findings: [
      `network-configuration-replaced ${TEAM}:2 /etc/sysconfig/network/ifcfg-eth0`,
      `package-source-lost ${TEAM}:3`,
    ],
  },
  {
    name: "sles 16.0",
    files: { "/etc/NetworkManager/system-connections/lan.nmconnection": { content: KEYFILE, mode: 0o600 } },
    team: DHCP,
    renderer: "network-manager",
    commands: [],
    findings: [`network-configuration-joined ${TEAM}:2 cloud-init-eth0.nmconnection`],
  },
  {
    name: "photon 5.0",
    files: { "/etc/systemd/network/20-lan.network": "[Match]\nName=eth0\n[Network]\nAddress=192.0.2.10/24\n" },
    team: DHCP,
    renderer: "networkd",
    commands: [],
    findings: [`network-configuration-joined ${TEAM}:2 10-cloud-init-eth0.network`],
  },
  {
    name: "alpine 3.18",
    files: {
      "/etc/network/interfaces": "auto eth0\niface eth0 inet static\n  address 192.0.2.10/24\n",
      "/etc/apk/repositories": "http://mirror.internal/alpine/v3.18/main\n",
      "/etc/chrony/chrony.conf": "server ntp1.internal iburst\n",
      "/etc/cloud/templates/chrony.conf.alpine.tmpl": POOLS,
      "/usr/sbin/chronyd": PROGRAM,
    },
    team: `${DHCP}apk_repos: {alpine_repo: {version: v3.18}}\nntp: {}\n`,
    renderer: "eni",
    commands: ["rc-service sshd restart", "rc-service chronyd restart"],
    findings: [
      `apk-repositories-replaced ${TEAM}:3 http://mirror.internal/alpine/v3.18/main`,
      `network-configuration-replaced ${TEAM}:2 iface eth0 inet`,
      `time-servers-replaced ${TEAM}:4 chrony servers`,
    ],
  },
  {
    // With OpenRC; the renderer is in Gentoo's patch.
    name: "gentoo 2.17",
    files: {
      "/usr/bin/sh": PROGRAM,
      "/etc/conf.d/net": 'config_eth0="192.0.2.10/24"\n',
      "/etc/init.d/net.lo": PROGRAM,
      [`${LIBRARY}/net/netifrc.py`]: "class Renderer: pass\n",
    },
    team: DHCP,
    renderer: "netifrc",
    commands: ["rc-service sshd restart"],
    findings: [`network-configuration-replaced ${TEAM}:2 /etc/conf.d/net`],
  },
];

/** Programs that OpenRC's images do not have. */
const OF_SYSTEMD = ["/usr/lib/systemd/systemd", "/usr/bin/systemctl"];

test.each(FAMILIES)("what the boot undoes on $name", ({ name, files, team, renderer, commands, findings }) => {
  const stock = STOCK_CONFIGURATIONS.find(({ id, release }) => `${id} ${release}` === name)!;
  const base = Object.entries({ ...stockSystem(stock, true), ...stockFiles(stock) });
  const image = memoryImage({
    ...Object.fromEntries(base.filter(([path]) => renderer !== "netifrc" || !OF_SYSTEMD.includes(path))),
    "/etc/ssh/sshd_config": "UsePAM yes\nPasswordAuthentication no\n",
    ...files,
    [TEAM]: `ssh_pwauth: true\n${team}`,
  });
  const options = { distro: detectDistro(image), rules: catalogue, protect: ["/etc/**"] };
  const result = boot(image, options);
  const { findings: found } = lintBooted(image, result, options);
  const why = result.modules.find((module) => module.name === "network")?.why;
  expect(why?.code === "network-rendered" ? why.renderer : undefined).toBe(renderer);
  expect(result.commands.map(({ command }) => command).filter((command) => /ssh|chrony/.test(command))).toEqual(
    commands,
  );
  const lines = found
    .filter(({ severity, cause }) => severity !== "info" && cause?.path === TEAM)
    .map(({ rule, cause, losses }) => [rule, `${cause!.path}:${cause!.line}`, ...settings(losses)].join(" "));
  expect(lines.sort()).toEqual([...findings, `sshd-setting-overwritten ${TEAM}:1 PasswordAuthentication`].sort());
});

test("templates of other distributions are no customisation where no package database can show who brought them", () => {
  const stock = STOCK_CONFIGURATIONS.find(({ id }) => id === "rhel")!;
  const template = "## template:jinja\n127.0.0.1 {{hostname}}\n";
  const names = ["alpine", "debian", "redhat", "suse"].map((name) => `/etc/cloud/templates/hosts.${name}.tmpl`);
  const image = memoryImage({
    ...stockSystem(stock, true),
    ...stockFiles(stock),
    ...Object.fromEntries(names.map((path) => [path, template])),
    [TEAM]: "manage_etc_hosts: true\n",
  });
  const rulesOf = (protect: readonly string[]) =>
    lint(image, { distro: detectDistro(image), rules: catalogue, protect })
      .findings.map(({ rule }) => rule)
      .filter((rule) => rule === "hosts-template-not-used");
  expect(rulesOf([])).toEqual([]);
  expect(rulesOf(["/etc/cloud/templates/hosts.suse.tmpl"])).toHaveLength(1);
});

function settings(losses: readonly { readonly setting: string | null }[]): string[] {
  return losses.flatMap(({ setting }) =>
    setting === null ? [] : [setting.replace(/^.*(?=\/(cloud-init|10-cloud))\//, "")],
  );
}
