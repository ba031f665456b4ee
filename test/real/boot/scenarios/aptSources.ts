import { type Entry, plain, type Scenario, team } from "../scenario.ts";

const kept = "apt:\n  preserve_sources_list: true\n";
const replaced = 'apt_preserve_sources_list: ""\napt:\n  preserve_sources_list: false\n';
const conf = "  conf: 'APT::Get::Show-Versions \"1\";'\n";

/** A stand-in for gpg, which the roots lack: it dearmors a key, and knows one key by its ID. */
const gpg: Record<string, Entry> = {
  "/usr/local/bin/gpg": {
    mode: "0755",
    content: `#!/bin/sh
case " $* " in
*--dearmor*) sed -e '1,/^$/d' -e '/^=/,$d' | base64 -d ;;
*--export*) printf '%s\\n' '-----BEGIN PGP PUBLIC KEY BLOCK-----' '' 'aWQK' '=aaaa' '-----END PGP PUBLIC KEY BLOCK-----' ;;
esac
`,
  },
};
const key = (indent: string) =>
  ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "", "a2V5Cg==", "=aaaa", "-----END PGP PUBLIC KEY BLOCK-----"]
    .map((line) => `${indent}${line}\n`)
    .join("");

const addAptRepository: Record<string, Entry> = {
  "/usr/local/bin/add-apt-repository": { mode: "0755", content: "#!/bin/sh\n" },
};

/** What cc_apt_configure adds: sources, keys, answers for debconf; and the keys of old. */
export const aptSources: Scenario[] = [
  {
    name: "apt-requests-without-effect",
    files: {
      ...team(`${kept}\
  primary: [{arches: [default], uri: "http://mirror.corp.example/debian"}]
  proxy: http://new.corp.example:3128
  sources:
    our repository:
      source: deb http://ignored.example.com/ ./
    deb822:
      source: |
        Types: deb
        URIs: http://malformed.example.com/
        Suites: ./
`),
      "/etc/apt/apt.conf.d/95proxy": 'Acquire::http::Proxy "http://old.corp.example:3128";\n',
    },
    seed: plain,
  },
  {
    name: "apt-source-keys",
    suites: ["bookworm", "trixie", "sid"],
    files: {
      ...team(`${kept}\
  sources:
    given.list:
      source: "deb [signed-by=$KEY_FILE] http://given.example.com/ $RELEASE main"
      key: |
${key("        ")}\
    by-id:
      source: "deb [signed-by=$KEY_FILE] http://by-id.example.com/ ./"
      keyid: "0123456789ABCDEF"
    trusted.by.all:
      source: deb http://trusted.example.com/ ./
      key: |
${key("        ")}\
    only-a-key:
      key: |
${key("        ")}\
    elsewhere:
      filename: /etc/apt/elsewhere
      source: |
        ## template: jinja
        deb {{MIRROR}} {{RELEASE}} {{primary}} {{KEY_FILE}}
    again.list:
      source: deb http://new.example.com/ ./
      append: false
`),
      "/etc/apt/sources.list.d/again.list": "deb http://old.example.com/ ./\n",
      ...gpg,
    },
    seed: plain,
  },
  {
    name: "apt-mirror-keys",
    suites: ["bookworm", "trixie", "sid"],
    files: {
      ...team(`${replaced}\
  primary:
    - arches: [default]
      uri: http://mirror.example.com/debian
      key: |
${key("        ")}\
  security:
    - arches: [default]
      uri: http://security.example.com/debian
      keyid: "0123456789ABCDEF"
`),
      ...gpg,
    },
    seed: plain,
  },
  {
    name: "apt-key-that-is-none",
    suites: ["bookworm"],
    files: team(`${replaced}\
  primary: [{arches: [default], uri: "http://mirror.example.com/debian", key: nonsense}]
  sources:
    signed:
      key: nonsense
      source: "deb [signed-by=$KEY_FILE] http://signed.example.com/ ./"
`),
    seed: plain,
  },
  {
    name: "apt-key-without-gpg",
    suites: ["bullseye"],
    files: team(`${kept}${conf}\
  sources:
    first: {source: "deb http://first.example.com/ ./"}
    second: {source: "deb http://second.example.com/ ./", key: nonsense}
`),
    seed: plain,
  },
  {
    name: "apt-repositories",
    files: {
      ...team(`${kept}\
  sources:
    first: {source: "deb http://first.example.com/ ./"}
    ppa: {source: "ppa:team/tools"}
    last: {source: "deb http://last.example.com/ ./"}
`),
      ...addAptRepository,
    },
    seed: plain,
  },
  {
    name: "apt-repositories-without-program",
    suites: ["bullseye", "bookworm"],
    files: team(`${kept}\
  sources:
    first: {source: "deb http://first.example.com/ ./"}
    ppa: {source: "ppa:team/tools"}
    last: {source: "deb http://last.example.com/ ./"}
`),
    seed: plain,
  },
  {
    name: "apt-repository-match",
    files: {
      ...team(`${kept}\
  add_apt_repo_match: '^corp-\\w+:[a-z./]+'
  sources:
    ppa: {source: "ppa:team/tools"}
    corp: {source: "corp-x:tools/stable"}
`),
      ...addAptRepository,
    },
    seed: plain,
  },
  {
    name: "apt-repository-match-off",
    files: team(
      `${replaced}${conf}  add_apt_repo_match: false\n  sources:\n    a: {source: deb http://a.example.com/ ./}\n`,
    ),
    seed: plain,
  },
  { name: "apt-sources-null", files: team(`${replaced}${conf}  sources: null\n`), seed: plain },
  {
    name: "apt-source-with-unknown-variable",
    files: team(`${kept}\
  sources:
    first: {source: "deb http://first.example.com/ ./"}
    second: {source: "deb http://second.example.com/ $NOSUCH"}
    third: {source: "deb http://third.example.com/ ./"}
`),
    seed: plain,
  },
  {
    name: "apt-old-sources",
    files: team(`\
apt: null
apt_preserve_sources_list: "no"
apt_custom_sources_list: "deb $MIRROR $RELEASE main $PRIMARY $SECURITY\\n"
apt_mirror_search: ["http://192.0.2.1/debian"]
apt_proxy: http://proxy.example.com
apt_http_proxy: ""
apt_ftp_proxy: http://ftp.example.com
apt_https_proxy: http://https.example.com
add_apt_repo_match: '^never:'
apt_sources:
  - source: deb http://first.example.com/ ./
  - {source: deb http://second.example.com/ ./, filename: own.list}
  - source: ppa:third
  - {source: deb http://fourth.example.com/ ./, filename: own.list}
`),
    seed: plain,
  },
  {
    name: "apt-old-and-new-agree",
    files: team(
      `apt_preserve_sources_list: 1\napt_proxy: http://proxy.example.com\n${kept}  http_proxy: http://own.example.com\n`,
    ),
    seed: plain,
  },
  {
    name: "apt-old-and-new-differ",
    files: team(`${kept}${conf}  proxy: http://new\napt_proxy: http://old\n`),
    seed: plain,
  },
  { name: "apt-list", files: team("apt: []\n"), seed: plain },
  { name: "apt-null", files: team('apt_preserve_sources_list: ""\napt: null\n'), seed: plain },
  {
    name: "apt-preserve-null",
    files: team('apt_preserve_sources_list: ""\napt:\n  preserve_sources_list: null\n  conf: ""\n'),
    seed: plain,
  },
  {
    name: "apt-preserve-off",
    files: team('apt_preserve_sources_list: ""\napt:\n  preserve_sources_list: " OFF"\n'),
    seed: plain,
  },
  {
    name: "apt-conf-no-text",
    files: {
      ...team(`${kept}  conf: {APT: 1}\n  ftp_proxy: 5\n  proxy: [a]\n`),
      "/etc/apt/apt.conf.d/94cloud-init-config": "// ours\n",
    },
    seed: plain,
  },
  {
    name: "apt-conf-linked",
    files: {
      ...team(`${kept}`),
      "/etc/apt/apt.conf.d/90cloud-init-aptproxy": { link: "/etc/proxy" },
      "/etc/apt/apt.conf.d/94cloud-init-config": { link: "/etc/nowhere" },
      "/etc/proxy": "// ours\n",
    },
    seed: plain,
  },
  {
    name: "apt-debconf-cloud-init",
    files: {
      ...team(
        `${kept}  debconf_selections:\n    a: |\n      # comment\n      cloud-init cloud-init/datasources multiselect NoCloud\n`,
      ),
      "/etc/cloud/cloud.cfg.d/90_dpkg.cfg": "datasource_list: [ NoCloud, None ]\n",
      "/etc/cloud/cloud.cfg.d/x-dpkg-y": "ours\n",
      "/etc/cloud/cloud.cfg.d/.dpkg": "ours\n",
    },
    seed: plain,
  },
  {
    name: "apt-debconf-wrong",
    files: team(
      `${kept}${conf}  debconf_selections:\n    a: "locales\\\\\\n locales/x select\\\\\\n None"\n    b: two words\n`,
    ),
    seed: plain,
  },
];
