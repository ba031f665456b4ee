import { plain, type Scenario, team, userData, without } from "../scenario.ts";
import { aptMirrors } from "./aptMirrors.ts";
import { aptSources } from "./aptSources.ts";

const corporate = "deb http://mirror.corp.example/debian stable main\n";
const sourcesList = "/etc/apt/sources.list";
const deb822For = (suites: string) => ({
  "/etc/apt/sources.list.d/debian.sources": `Types: deb\nURIs: http://mirror.corp.example/debian\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`,
});
const deb822 = deb822For("stable");
const replaced = "apt:\n  preserve_sources_list: false\n";
const withoutAptKey = "sed -i '/^apt:/,/^   preserve_sources_list/d' /etc/cloud/cloud.cfg";

/** cc_apt_configure and cc_apt_pipelining. */
export const apt: Scenario[] = [
  { name: "apt-preserved", files: { [sourcesList]: corporate }, seed: plain },
  { name: "apt-replaced", files: { ...team(replaced), [sourcesList]: corporate }, seed: plain },
  { name: "apt-key-absent", files: { [sourcesList]: corporate }, commands: [withoutAptKey], seed: plain },
  {
    name: "apt-key-absent-user-data",
    files: { [sourcesList]: corporate },
    commands: [withoutAptKey],
    seed: userData("apt:\n  conf: 'APT::Install-Recommends \"0\";'\n"),
  },
  {
    name: "apt-mirrors",
    files: team(
      `${replaced}  primary:\n    - arches: [default]\n      uri: http://mirror.example.com/debian\n  security:\n    - arches: [amd64]\n      uri: http://security.example.com/debian\n`,
    ),
    seed: plain,
  },
  {
    name: "apt-template",
    files: team(
      `${replaced}  sources_list: |\n    deb $MIRROR $RELEASE main\n    deb $SECURITY $RELEASE-security main\n`,
    ),
    seed: plain,
  },
  {
    name: "apt-sources-beside",
    files: {
      ...team(replaced),
      "/etc/apt/sources.list.d/ours.sources":
        "Types: deb\nURIs: http://mirror.corp.example/debian\nSuites: stable\nComponents: main\n",
      ...without(sourcesList, "/etc/apt/sources.list.d/debian.sources"),
    },
    seed: plain,
  },
  {
    name: "apt-template-deb822",
    files: team(
      `${replaced}  sources_list: |\n    Types: deb\n    URIs: $MIRROR\n    Suites: $RELEASE\n    Components: main\n`,
    ),
    seed: plain,
  },
  { name: "apt-deb822-image", files: { ...team(replaced), ...deb822, ...without(sourcesList) }, seed: plain },
  {
    name: "apt-both-formats",
    files: { ...team(replaced), ...deb822For("stable-updates"), [sourcesList]: corporate },
    seed: plain,
  },
  {
    name: "apt-suites-disabled",
    files: team(`${replaced}  disable_suites: [security, $RELEASE-backports]\n`),
    seed: plain,
  },
  {
    name: "apt-extra-sources",
    files: {
      ...team(
        `apt:\n  preserve_sources_list: true\n  sources:\n    team.list:\n      source: deb http://repo.example.com/debian $RELEASE main\n    other:\n      source: "deb [trusted=yes] $MIRROR $RELEASE contrib"\n      filename: second.list\n    baked.list:\n      source: deb http://new.example.com/ ./\n`,
      ),
      "/etc/apt/sources.list.d/baked.list": "deb http://old.example.com/ ./\n",
    },
    seed: plain,
  },
  {
    name: "apt-conf-and-proxies",
    files: {
      ...team(
        'apt:\n  preserve_sources_list: true\n  conf: |\n    APT::Get::Assume-Yes "true";\n  proxy: http://proxy.example.com:3128\n  https_proxy: https://proxy.example.com\n',
      ),
      "/etc/apt/apt.conf.d/90cloud-init-aptproxy": 'Acquire::http::Proxy "http://old.example.com";\n',
      "/etc/apt/apt.conf.d/94cloud-init-config": '#cloud-init\nAPT::Get::Assume-Yes "false";\n',
    },
    seed: plain,
  },
  {
    name: "apt-leftover-conf",
    files: {
      "/etc/apt/apt.conf.d/90cloud-init-aptproxy": 'Acquire::http::Proxy "http://old.example.com";\n',
      "/etc/apt/apt.conf.d/94cloud-init-config": '#cloud-init\nAPT::Get::Assume-Yes "false";\n',
      "/etc/apt/apt.conf.d/10ours": 'Acquire::Retries "5";\n',
    },
    seed: plain,
  },
  {
    name: "apt-preferences",
    files: team(
      "apt:\n  preserve_sources_list: true\n  debconf_selections:\n    one: 'locales locales/default_environment_locale select None'\n",
    ),
    seed: plain,
  },
  {
    name: "apt-old-keys",
    files: team("apt: null\napt_preserve_sources_list: false\napt_mirror: http://old.example.com/debian\n"),
    seed: plain,
  },
  { name: "apt-pipelining-off", files: team("apt_pipelining: false\n"), seed: plain },
  { name: "apt-pipelining-depth", files: team('apt_pipelining: "3"\n'), seed: plain },
  { name: "apt-pipelining-os", files: team("apt_pipelining: os\n"), seed: plain },
  { name: "apt-update", seed: userData("package_update: true\n") },
  {
    name: "apt-template-file",
    files: {
      ...team(replaced),
      "/etc/cloud/templates/sources.list.debian.tmpl":
        "## template:jinja\ndeb {{mirror}} {{codename}} main\n{% if security %}deb {{security}} {{codename}}-sec main{% endif %}\n",
      ...without("/etc/cloud/templates/sources.list.debian.deb822.tmpl"),
    },
    seed: plain,
  },
  ...aptMirrors,
  ...aptSources,
];
