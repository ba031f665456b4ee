import { plain, type Scenario, team, userData, without } from "../scenario.ts";

const chronyd = "/usr/sbin/chronyd";
const chronyConf = "/etc/chrony/chrony.conf";
const timesyncd = { "/lib/systemd/systemd-timesyncd": { content: "#!/bin/sh\n", mode: "755" } };
const defaultLocale = "/etc/default/locale";
const fstab = `# ours
LABEL=root / ext4 defaults 0 1
LABEL=data /data xfs noatime,nofail 0 2
/dev/vdz /old ext4 defaults,nofail,comment=cloudconfig 0 2
`;

/** A certificate whose key does not exist: update-ca-certificates and Python's requests want valid ones. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUDs76mVU/cpA0C2MR4fw8TXXdWvgwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVhbSBDQTAgFw0yNjExMjMwNzU2MDdaGA8yMTI2MTAzMDA3
NTYwN1owEjEQMA4GA1UEAwwHVGVhbSBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABIW90HrPaWlroMwj8uA2RLCxVJ/heCMlDTYapnxGgN0V3+0cwr+5iP33E3qL
7xd8cqZh+bLHOVClh9veXf9CinujUzBRMB0GA1UdDgQWBBRP8RfFhcy21blpII8E
c4/+iymwrjAfBgNVHSMEGDAWgBRP8RfFhcy21blpII8Ec4/+iymwrjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIAyUIFIW155lHfa/EoCTzKu1Mk+z
xo0n2qISilV7V9TrAiEArHk6LrJ2gSZJCwZBfM2qg1PMccyqujdBccuL6uKRtfM=
-----END CERTIFICATE-----
`;

/** Time, locale, file systems, certificates and the rest of what a system is. */
export const system: Scenario[] = [
  { name: "ntp-empty", files: team("ntp: {}\n"), seed: plain },
  {
    name: "ntp-no-template",
    files: team("ntp:\n  servers: [ntp1.example.com]\n"),
    commands: [
      "rm -f /etc/cloud/templates/chrony.conf* /etc/cloud/templates/timesyncd.conf* /etc/cloud/templates/ntp.conf*",
    ],
    seed: plain,
  },
  { name: "ntp-null", files: team("ntp:\n"), seed: plain },
  {
    name: "ntp-servers",
    files: { ...team("ntp:\n  servers: [ntp1.example.com, 10.0.0.1]\n  pools: [pool.example.com]\n") },
    commands: [`echo 'server ntp.corp.example iburst' >>${chronyConf}`],
    seed: plain,
  },
  {
    name: "ntp-more-keys",
    files: team("ntp:\n  servers: [a.example.com]\n  peers: [b.example.com]\n  allow: [10.0.0.0/8]\n"),
    seed: plain,
  },
  {
    name: "ntp-chrony-customised",
    commands: [`echo 'server ntp.corp.example iburst' >${chronyConf}`],
    seed: userData("ntp: {}\n"),
  },
  { name: "ntp-disabled", files: team("ntp:\n  enabled: false\n  servers: [a.example.com]\n"), seed: plain },
  {
    name: "ntp-timesyncd",
    files: { ...team("ntp:\n  servers: [a.example.com]\n"), ...without(chronyd), ...timesyncd },
    seed: plain,
  },
  {
    name: "ntp-timesyncd-wanted",
    files: { ...team("ntp:\n  ntp_client: systemd-timesyncd\n"), ...timesyncd },
    seed: plain,
  },
  { name: "ntp-none-installed", files: { ...team("ntp: {}\n"), ...without(chronyd, "/usr/bin/chronyc") }, seed: plain },
  {
    name: "ntp-own-template",
    files: team(
      "ntp:\n  enabled: true\n  ntp_client: chrony\n  servers: [a.example.com]\n  config:\n    confpath: /etc/chrony/conf.d/team.conf\n    template: |\n      ## template:jinja\n      {% for server in servers %}server {{ server }} iburst\n      {% endfor %}\n",
    ),
    seed: plain,
  },
  { name: "locale-set", files: team("locale: fr_FR.UTF-8\n"), seed: plain },
  { name: "locale-off", files: team("locale: false\n"), seed: plain },
  { name: "locale-c", files: team("locale: C.UTF-8\n"), seed: plain },
  { name: "locale-posix", files: team("locale: POSIX\n"), seed: plain },
  { name: "locale-customised", files: { [defaultLocale]: "LANG=de_DE.UTF-8\nLC_TIME=en_GB.UTF-8\n" }, seed: plain },
  {
    name: "locale-customised-and-set",
    files: { ...team("locale: C.UTF-8\n"), [defaultLocale]: "LANG=de_DE.UTF-8\nLC_TIME=en_GB.UTF-8\n" },
    seed: plain,
  },
  {
    name: "locale-generated",
    files: { [defaultLocale]: 'LANG="en_US.UTF-8"\n' },
    commands: ["sed -i 's/^# *en_US.UTF-8/en_US.UTF-8/' /etc/locale.gen", "locale-gen"],
    seed: plain,
  },
  { name: "locale-file", files: team("locale: C.UTF-8\nlocale_configfile: /etc/site/locale\n"), seed: plain },
  { name: "timezone-set", files: team("timezone: Europe/Berlin\n"), seed: plain },
  {
    name: "timezone-customised",
    files: {
      ...team("timezone: Asia/Tokyo\n"),
      "/etc/timezone": "Europe/Paris\n",
      "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Paris" },
    },
    seed: plain,
  },
  {
    name: "timezone-copied",
    files: { ...team("timezone: Asia/Tokyo\n"), "/etc/localtime": "not a link\n" },
    commands: ["rm /etc/localtime", "cp /usr/share/zoneinfo/Europe/Paris /etc/localtime"],
    seed: plain,
  },
  { name: "timezone-unknown", files: team("timezone: Mars/Base\n"), seed: plain },
  { name: "mounts-stock-fstab", files: { "/etc/fstab": fstab }, seed: plain },
  {
    name: "mounts-configured",
    files: {
      ...team(
        'mounts:\n  - [LABEL=logs, /logs, ext4, "defaults,nofail", "0", "2"]\n  - [/dev/vdb, /srv/data]\n  - [tmpfs, /scratch, tmpfs]\n  - ["LABEL=data", /data]\n  - [vdc, null]\n',
      ),
      "/etc/fstab": fstab,
    },
    seed: plain,
  },
  {
    name: "mounts-default-fields",
    files: {
      ...team("mount_default_fields: [null, null, xfs, 'noatime', '0', '0']\nmounts:\n  - [LABEL=a, /a]\n"),
      "/etc/fstab": fstab,
    },
    seed: plain,
  },
  {
    name: "mounts-swap",
    files: { ...team("swap:\n  filename: /swap.img\n  size: 1048576\n"), "/etc/fstab": fstab },
    seed: plain,
  },
  {
    name: "mounts-ephemeral-off",
    files: { ...team("mounts:\n  - [ephemeral0, null]\n  - [swap, null]\n"), "/etc/fstab": fstab },
    seed: plain,
  },
  {
    name: "mounts-no-fstab",
    files: { ...team("mounts:\n  - [LABEL=a, /a]\n"), ...without("/etc/fstab") },
    seed: plain,
  },
  {
    name: "ca-certificates-trusted",
    files: team(`ca_certs:\n  trusted:\n    - ${JSON.stringify(certificate)}\n    - ${JSON.stringify(certificate)}\n`),
    seed: plain,
  },
  {
    name: "ca-certificates-replaced",
    files: team(`ca-certs:\n  remove-defaults: true\n  trusted: [${JSON.stringify(certificate)}]\n`),
    commands: ["echo 'ours/Old.crt' >>/etc/ca-certificates.conf"],
    seed: plain,
  },
  {
    name: "rsyslog",
    files: {
      ...team(
        'rsyslog:\n  configs:\n    - "*.* @10.0.0.1"\n    - content: "*.err /var/log/err"\n      filename: 30-team.conf\n    - filename: 30-team.conf\n      content: "& stop"\n  remotes:\n    central: 10.1.1.1:514\n    tcp: "@@[::1]:10514"\n',
      ),
      "/etc/rsyslog.d/30-team.conf": "# ours\n",
    },
    seed: plain,
  },
  {
    name: "rsyslog-old-format",
    files: team('rsyslog:\n  - "*.* @10.0.0.1"\nrsyslog_filename: 01-old.conf\n'),
    seed: plain,
  },
  {
    name: "keyboard",
    files: { ...team("keyboard:\n  layout: de\n  variant: nodeadkeys\n"), "/etc/default/keyboard": 'XKBLAYOUT="us"\n' },
    seed: plain,
  },
  {
    name: "random-seed",
    files: team("random_seed:\n  file: /root/seed\n  data: c2VlZA==\n  encoding: b64\n"),
    seed: { "meta-data": "instance-id: i-0001\nrandom_seed: fromthecloud\n" },
  },
  {
    name: "puppet",
    files: {
      ...team(
        "puppet:\n  install: false\n  conf:\n    agent:\n      server: puppet.example.com\n    main:\n      certname: '%i.%f'\n  csr_attributes:\n    custom_attributes:\n      1.2.840: abc\n",
      ),
      "/etc/puppet/puppet.conf": "[main]\nlogdir = /var/log/puppet\n",
    },
    seed: plain,
  },
];
