import { plain, type Scenario, team, without } from "../scenario.ts";

/** The last key overrides what bullseye's own cloud.cfg says under its old name. */
const replaced = 'apt_preserve_sources_list: ""\napt:\n  preserve_sources_list: false\n';
const sourcesList = "/etc/apt/sources.list";
const template = "/etc/cloud/templates/sources.list.debian.tmpl";
const ubuntu = `${replaced}system_info:\n  distro: ubuntu\n`;
const moved = `\
# Ubuntu sources have moved to the /etc/apt/sources.list.d/ubuntu.sources
# file, which uses the deb822 format. Use deb822-formatted .sources files
# to manage package sources in the /etc/apt/sources.list.d/ directory.
# See the sources.list(5) manual page for details.
`;

/** Which sources cc_apt_configure writes: mirrors, templates, suites that are switched off. */
export const aptMirrors: Scenario[] = [
  {
    name: "apt-mirrors-by-architecture",
    files: team(`${replaced}\
  primary:
    - {arches: [arm64], uri: http://arm.example.com/debian}
    - {arches: [default], uri: http://first.example.com/debian}
    - {arches: [i386, default], uri: http://last.example.com/debian}
  security:
    - {arches: [default], uri: http://default.example.com/security}
    - {arches: [s390x, amd64], uri: http://amd64.example.com/security}
`),
    seed: plain,
  },
  {
    name: "apt-mirror-for-security-only",
    files: team(`${replaced}  security:\n    - {arches: [default], uri: http://security.example.com/debian}\n`),
    seed: plain,
  },
  {
    name: "apt-mirror-without-architectures",
    files: team(
      `${replaced}  primary: [{uri: http://nobody.example.com/debian}]\n  conf: 'APT::Get::Show-Versions "1";'\n`,
    ),
    seed: plain,
  },
  {
    name: "apt-mirror-search",
    files: team(`${replaced}\
  primary:
    - arches: [default]
      search: [no-url, "http://192.0.2.1:8080/debian", http://mirror.example.com/debian]
  security:
    - arches: [default]
      search: ["http://[2001:db8::1]/debian"]
`),
    seed: plain,
  },
  {
    name: "apt-mirror-search-in-vain",
    files: team(`${replaced}\
  primary: [{arches: [default], search: [http://mirror.invalid/debian], search_dns: true}]
  disable_suites: [backports]
`),
    seed: plain,
  },
  {
    name: "apt-mirror-number",
    files: team(`${replaced}  primary: [{arches: [default], uri: 5}]\n  conf: 'APT::Get::Show-Versions "1";'\n`),
    seed: plain,
  },
  {
    name: "apt-mirror-null",
    files: team(`${replaced}  primary: null\n  conf: 'APT::Get::Show-Versions "1";'\n`),
    seed: plain,
  },
  {
    name: "apt-package-mirrors",
    files: {
      ...team(`${replaced}\
system_info:
  package_mirrors:
    - arches: [amd64]
      failsafe: {primary: "http://primary.example.com/", security: "http://security.example.com/", partner: "http://partner.example.com/"}
      search:
        primary: ["http://%(ec2_region)s.example.com/", "http://%(region)s.example.com/", "http://192.0.2.7/%(availability_zone)s/%%/"]
        security: []
`),
      [template]: "## template:jinja\ndeb {{mirror}} {{primary}} {{PRIMARY}} {{security}} {{partner}} {{RELEASE}}\n",
      "/etc/cloud/templates/sources.list.debian.deb822.tmpl": "deb $MIRROR $security $partner $codename\n",
    },
    seed: { "meta-data": "instance-id: i-0001\navailability-zone: us-east-1b\n" },
  },
  {
    name: "apt-package-mirrors-none",
    files: team(`${replaced}system_info:\n  package_mirrors: []\n`),
    seed: plain,
  },
  {
    name: "apt-ubuntu",
    files: { ...team(ubuntu), [sourcesList]: "deb http://corp.example/ubuntu x main\n" },
    seed: plain,
  },
  { name: "apt-ubuntu-moved", files: { ...team(ubuntu), [sourcesList]: moved }, seed: plain },
  {
    name: "apt-no-template",
    files: { ...team(replaced), ...without(template, template.replace(".tmpl", ".deb822.tmpl")) },
    seed: plain,
  },
  {
    name: "apt-template-for-all",
    files: {
      ...team(replaced),
      ...without(template, template.replace(".tmpl", ".deb822.tmpl")),
      "/etc/cloud/templates/sources.list.tmpl": "",
    },
    seed: plain,
  },
  { name: "apt-template-empty", files: team(`${replaced}  sources_list: ""\n`), seed: plain },
  {
    name: "apt-deb822-switched-off",
    suites: ["trixie", "sid"],
    files: team(replaced),
    commands: [
      "sed -i 's/^APT_DEB822_SOURCE_LIST_FILE.*/APT_DEB822_SOURCE_LIST_FILE = False/' /usr/lib/python3/dist-packages/cloudinit/features.py",
    ],
    seed: plain,
  },
  {
    name: "apt-sources-elsewhere",
    files: {
      ...team(replaced),
      "/etc/apt/apt.conf.d/10ours":
        '// Dir::Etc::sourceparts "no.d";\nDir { Etc { SourceParts "ours.d"; sourcelist "ours.list"; } }\n',
      "/etc/apt/ours.list": "deb http://corp.example/debian x main\n",
    },
    seed: plain,
  },
  {
    name: "apt-sources-list-linked",
    files: {
      ...team(replaced),
      [sourcesList]: { link: "own.list" },
      "/etc/apt/own.list": "deb http://corp.example/debian x main\n",
    },
    seed: plain,
  },
  { name: "apt-no-lsb-release", files: { ...team(replaced), ...without("/usr/bin/lsb_release") }, seed: plain },
  {
    name: "apt-no-code-name",
    files: team(replaced),
    commands: ["sed -i /CODENAME/d /usr/lib/os-release"],
    seed: plain,
  },
  {
    name: "apt-suites-disabled-in-list",
    files: team(`${replaced}\
  disable_suites: [updates, team-suite]
  sources_list: |
    deb $MIRROR $RELEASE main
    # deb $MIRROR $RELEASE-updates main
    deb [arch=amd64 trusted=yes] $MIRROR $RELEASE-updates main
    deb [arch=amd64] $MIRROR team-suite main
      deb $MIRROR team-suite contrib
    word
`),
    seed: plain,
  },
  {
    name: "apt-suites-disabled-in-short-line",
    files: team(`${replaced}  disable_suites: [updates]\n  sources_list: |\n    deb $MIRROR\n`),
    seed: plain,
  },
  {
    name: "apt-suites-disabled-all",
    files: team(`${replaced}  disable_suites: [release, updates, backports, security]\n`),
    seed: plain,
  },
  {
    name: "apt-suites-disabled-in-deb822",
    files: team(`${replaced}\
  disable_suites: [updates, other]
  sources_list: |
    # The main archive

    Types: deb
    URIs: $MIRROR
    # within
    Suites: $RELEASE  $RELEASE-updates
    Components: main


    Suites: first
    Types: deb

    Types: deb
    URIs: http://flat.example.com/
    Suites: ./

    Types: deb
    # gone
    Suites: other $RELEASE-updates
    Components: main
`),
    seed: plain,
  },
];
