import { plain, type Scenario, team } from "../scenario.ts";

/** Runs modules that Debian's lists leave out, or that are for other distributions. */
function only(modules: string, lines: string): Record<string, string> {
  return team(`unverified_modules: [${modules}]\ncloud_config_modules: [${modules}]\n${lines}`);
}

const succeeds = { content: "#!/bin/sh\nexit 0\n", mode: "755" };

/** Puppet as far as it says where its files are. */
const puppet = {
  content:
    "#!/bin/sh\ncase $3 in\nconfig) echo /etc/puppet/puppet.conf ;;\nssldir) echo /var/lib/puppet/ssl ;;\ncsr_attributes) echo /etc/puppet/csr_attributes.yaml ;;\nesac\n",
  mode: "755",
};

/** Modules for services and for other distributions, as far as they go without network. */
export const services: Scenario[] = [
  {
    name: "resolv-conf",
    files: only(
      "resolv_conf",
      "manage_resolv_conf: true\nresolv_conf:\n  nameservers: [10.0.0.1, 10.0.0.2]\n  searchdomains: [a.example.com, b.example.com]\n  domain: example.com\n  sortlist: [10.0.0.1/255]\n  options:\n    rotate: true\n    debug: false\n    timeout: 1\n",
    ),
    seed: plain,
  },
  { name: "resolv-conf-empty", files: only("resolv_conf", "manage_resolv_conf: true\nresolv_conf: {}\n"), seed: plain },
  { name: "resolv-conf-missing", files: only("resolv_conf", "manage_resolv_conf: true\n"), seed: plain },
  {
    name: "yum-repositories",
    files: {
      ...only(
        "yum_add_repo",
        "yum_repos:\n  Team Repo-1:\n    name: Team\n    BaseURL: http://repo.example.com/$releasever\n    enabled: true\n    gpg-key:\n      - http://a.example.com\n      - http://b.example.com\n    priority: 5\n  there:\n    baseurl: http://new.example.com\n  nothing: {name: x}\n  lists:\n    mirrorlist: http://m.example.com\n",
      ),
      "/etc/yum.repos.d/there.repo": "# ours\n",
    },
    seed: plain,
  },
  {
    name: "zypper-repositories",
    files: {
      ...only(
        "zypper_add_repo",
        "zypper:\n  repos:\n    - {id: team repo, name: Team, baseurl: 'http://repo.example.com/x', enabled: 1, autorefresh: true}\n    - {id: there, baseurl: http://new.example.com}\n    - {id: nowhere}\n  config:\n    download.use_deltarpm: true\n    configdir: /elsewhere\n",
      ),
      "/etc/zypp/zypp.conf": "[main]\nsolver.onlyRequires = true\n",
      "/etc/zypp/repos.d/there.repo": "# ours\n",
    },
    seed: plain,
  },
  {
    name: "apk-repositories",
    files: {
      ...only(
        "apk_configure",
        "apk_repos:\n  local_repo_base_url: https://local.example.com/alpine\n  alpine_repo:\n    version: v3.18\n    community_enabled: true\n    testing_enabled: true\n",
      ),
      "/etc/apk/repositories": "https://ours.example.com/main\n",
    },
    seed: plain,
  },
  {
    name: "apk-repositories-few",
    files: only("apk_configure", "apk_repos:\n  alpine_repo: {version: edge, testing_enabled: true}\n"),
    seed: plain,
  },
  {
    name: "wireguard",
    suites: ["bookworm", "trixie", "sid"],
    files: {
      ...only(
        "wireguard",
        'wireguard:\n  interfaces:\n    - name: wg0\n      config_path: /etc/wireguard/wg0.conf\n      content: "[Interface]\\nPrivateKey = abc\\n"\n',
      ),
      "/usr/bin/wg": succeeds,
      "/usr/bin/lsmod": { content: "#!/bin/sh\necho wireguard\n", mode: "755" },
      "/etc/wireguard/wg0.conf": "# ours\n",
    },
    seed: plain,
  },
  {
    name: "fan",
    files: {
      ...only("fan", 'fan:\n  config: "10.0.0.0/8 eth0/16 dhcp"\n'),
      "/usr/bin/fanctl": succeeds,
      "/etc/network/fan": "# ours\n",
    },
    seed: plain,
  },
  {
    name: "puppet-installed",
    files: {
      ...team(
        "puppet:\n  install: false\n  conf:\n    agent:\n      server: puppet.example.com\n    main:\n      Certname: '%i.%f'\n      certname: '%i'\n    ca_cert: |\n      -----BEGIN CERTIFICATE-----\n  csr_attributes:\n    custom_attributes:\n      1.2.840: abc\n    list: [a, b]\n",
      ),
      "/etc/puppet/puppet.conf": "# comment\n[main]\n  logdir = /var/log/puppet\n[other]\nkey: value\n",
      "/usr/bin/puppet": puppet,
    },
    commands: ["useradd --system puppet"],
    seed: plain,
  },
  {
    name: "puppet-to-be-installed",
    files: {
      ...team(
        "puppet:\n  conf:\n    agent:\n      server: puppet.example.com\n    main:\n      certname: '%i'\n  csr_attributes:\n    custom_attributes:\n      1.2.840: abc\n",
      ),
      "/etc/puppet/puppet.conf": "[main]\nlogdir = /var/log/puppet\n",
      "/usr/bin/apt-get": {
        content: `#!/bin/sh\ncat >/run/cloud-init-lint/bin/puppet <<'END'\n${puppet.content}END\nchmod 755 /run/cloud-init-lint/bin/puppet\n`,
        mode: "755",
      },
      "/usr/bin/apt-cache": { content: "#!/bin/sh\necho puppet-agent\n", mode: "755" },
    },
    seed: plain,
  },
  {
    name: "chef",
    files: {
      ...team(
        "chef:\n  server_url: https://chef.example.com\n  validation_name: team\n  validation_cert: |\n    -----BEGIN RSA PRIVATE KEY-----\n  node_name: web1\n  log_level: ':warn'\n  show_time: false\n  run_list: ['recipe[apache2]', 'role[db]']\n  initial_attributes:\n    apache: {prefork: {maxclients: 100}, keepalive: off, name: Grüße}\n",
      ),
      "/etc/chef/client.rb": "# ours\n",
      "/etc/chef/firstboot.json": "{}\n",
      "/usr/bin/chef-client": succeeds,
    },
    seed: plain,
  },
  {
    name: "chef-no-server",
    files: { ...team("chef:\n  validation_name: team\n  validation_cert: x\n"), "/etc/chef/client.rb": "# ours\n" },
    seed: plain,
  },
  {
    name: "salt-installed",
    files: {
      ...team(
        "salt_minion:\n  conf:\n    master: salt.example.com\n    file_client: remote\n  grains:\n    role: [web, db]\n    site: {name: berlin}\n  public_key: pub\n  private_key: |\n    priv\n",
      ),
      "/etc/salt/minion": "# ours\n",
      "/usr/bin/salt-minion": succeeds,
      "/usr/bin/apt-get": succeeds,
      "/usr/bin/apt-cache": { content: "#!/bin/sh\necho salt-minion\n", mode: "755" },
    },
    seed: plain,
  },
  {
    name: "salt-to-be-installed",
    files: {
      ...team("salt_minion:\n  conf:\n    master: salt.example.com\n  grains:\n    role: [web, db]\n"),
      "/etc/salt/minion": "# ours\n",
      "/usr/bin/apt-get": succeeds,
      "/usr/bin/apt-cache": { content: "#!/bin/sh\necho salt-minion\n", mode: "755" },
    },
    seed: plain,
  },
  {
    name: "mcollective-installed",
    files: {
      ...team("mcollective:\n  conf:\n    loglevel: debug\n    public-cert: pub\n    private-cert: priv\n"),
      "/etc/mcollective/server.cfg": "loglevel = info\n",
      "/usr/sbin/mcollectived": succeeds,
      "/usr/bin/apt-get": succeeds,
      "/usr/bin/apt-cache": { content: "#!/bin/sh\necho mcollective\n", mode: "755" },
    },
    seed: plain,
  },
  ...["", "/dev/null"].map((disk) => ({
    name: `grub-devices${disk === "" ? "" : "-probed"}`,
    files: {
      ...team("grub_dpkg: {enabled: true}\n"),
      ...(disk === "" ? {} : { "/usr/sbin/grub-probe": { content: `#!/bin/sh\necho ${disk}\n`, mode: "755" } }),
    },
    commands: ["echo grub-pc grub-pc/install_devices string /dev/one, /dev/two | debconf-set-selections"],
    seed: plain,
  })),
  {
    name: "hotplug",
    files: {
      ...team("updates:\n  network:\n    when: [boot-new-instance, hotplug]\n"),
      "/usr/bin/udevadm": succeeds,
    },
    seed: plain,
  },
  {
    name: "hotplug-left-over",
    files: { "/etc/udev/rules.d/90-cloud-init-hook-hotplug.rules": "# ours\n" },
    seed: plain,
  },
];
